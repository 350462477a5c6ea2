#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sirex::stix::fuzz_pattern(bytes));
