//! Peak memory of a case, measured in a process of its own.

use std::process::Command;

/// Bytes of memory that this process had at most: `VmHWM` of Linux, 0 where there is none.
pub fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().map_or(0, |kib| kib * 1024)
}

/// The peak memory of a process of its own that does one case: this program, started again with `--peak NAME`.
pub fn peak_of(name: &str) -> usize {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args(["--peak", name]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0)
}

/// The case that this process was started for, if it is one of [`peak_of`].
pub fn wanted() -> Option<String> {
    let mut args = std::env::args().skip_while(|arg| arg != "--peak");
    args.next().and(args.next())
}
