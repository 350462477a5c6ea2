//! Measures cases side by side and says what each is of a baseline that was measured in the same run.
//!
//! The cases of a group take turns, round after round, so that a slow moment of the machine falls on all of them; a figure is
//! the median of its rounds.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Something that is measured.
pub struct Case<'c> {
    name: &'c str,
    /// Bytes that one turn goes through; the throughput is by them.
    bytes: usize,
    work: Box<dyn FnMut() + 'c>,
}

impl<'c> Case<'c> {
    /// A case; what `work` gives is looked at, so that it cannot be left out.
    pub fn new<T>(name: &'c str, bytes: usize, mut work: impl FnMut() -> T + 'c) -> Self {
        Case { name, bytes, work: Box::new(move || drop(black_box(work()))) }
    }
}

/// Measures a group and prints it. The first case is the baseline.
pub fn group(title: &str, rounds: usize, mut cases: Vec<Case<'_>>) {
    println!("\n{title} (median of {rounds} rounds)");
    println!("{:<58} {:>12} {:>10} {:>9} {:>7}", "", "time", "MB/s", "ratio", "spread");
    let mut times: Vec<Vec<Duration>> = cases.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (case, times) in cases.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (case.work)();
            times.push(start.elapsed());
        }
    }
    let mut baseline = None;
    for (case, mut times) in cases.iter().zip(times) {
        times.sort();
        let median = times[times.len() / 2];
        let spread = times[times.len() - 1].as_secs_f64() / times[0].as_secs_f64();
        let speed = case.bytes as f64 / median.as_secs_f64() / 1e6;
        let ratio = speed / *baseline.get_or_insert(speed);
        println!("{:<58} {:>12.1?} {:>10.1} {:>8.2}x {:>6.2}x", case.name, median, speed, ratio, spread);
    }
}
