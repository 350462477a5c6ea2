//! The places where a crash must do no harm, by name, so that a test can crash there.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

macro_rules! points {
    ($( $variant:ident $name:literal $doc:literal; )*) => {
        /// A named place on the way to durability.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum CommitPoint { $( #[doc = $doc] $variant, )* }

        impl CommitPoint {
            /// Every point, in the order in which they are passed.
            pub const ALL: &'static [CommitPoint] = &[ $( CommitPoint::$variant, )* ];

            /// The name.
            pub const fn as_str(self) -> &'static str {
                match self { $( CommitPoint::$variant => $name, )* }
            }
        }
    };
}

points! {
    BeforeObjectFsync "before-object-fsync" "A large payload is written to a temporary file, not yet to disk.";
    BeforeObjectRename "before-object-rename" "The temporary file is on disk, without its name.";
    AfterObjectRename "after-object-rename" "The file has its name, which may not be on disk yet.";
    BeforeAct "before-act" "The transaction is open, the act has not begun.";
    BeforeCommit "before-commit" "All acts of the transaction have run; nothing is committed.";
    AfterCommit "after-commit-before-answer" "The transaction is on disk; nobody was told.";
}

impl fmt::Display for CommitPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where to abort the process: `POINT` or `POINT:N` for the Nth time that the point is passed.
#[derive(Debug)]
pub struct Abort {
    at: CommitPoint,
    left: AtomicU32,
}

impl Abort {
    /// Aborts the process when the point is passed for the `nth` time, counted from 1.
    pub fn new(at: CommitPoint, nth: u32) -> Self {
        Abort { at, left: AtomicU32::new(nth.max(1)) }
    }

    /// Called at every point.
    pub(super) fn pass(&self, point: CommitPoint) {
        if point == self.at && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
    }
}

/// The text names no commit point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a commit point, or a commit point, a colon and a number from 1")]
pub struct NoSuchPoint;

impl FromStr for Abort {
    type Err = NoSuchPoint;
    fn from_str(text: &str) -> Result<Self, NoSuchPoint> {
        let (name, nth) = text.split_once(':').unwrap_or((text, "1"));
        let at = CommitPoint::ALL.iter().find(|point| point.as_str() == name).ok_or(NoSuchPoint)?;
        let nth = nth.parse().ok().filter(|nth| *nth > 0).ok_or(NoSuchPoint)?;
        Ok(Abort::new(*at, nth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_by_name() {
        for point in CommitPoint::ALL {
            assert_eq!(point.as_str().parse::<Abort>().unwrap().at, *point);
            let third: Abort = format!("{point}:3").parse().unwrap();
            assert_eq!(third.left.into_inner(), 3);
        }
        for bad in ["", "nowhere", "before-commit:", "before-commit:0", "before-commit:x"] {
            assert_eq!(bad.parse::<Abort>().unwrap_err(), NoSuchPoint, "{bad}");
        }
    }
}
