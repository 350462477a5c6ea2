//! Foreign programs against ours. A program that is not installed is skipped, unless `SIREX_CI=1`.

mod tls;
