//! Faults of disk and database: a clear error, nothing acknowledged, nothing half done, and work goes on afterwards.

use std::{path::Path, process::Command, sync::Arc};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::bench::{Bench, ORIGIN, create, new_record, settings, signer, verify_log};
use crate::{
    error::Code,
    store::{Body, Error, FILE, Result, Settings, Store, Tx},
    world::Machine,
};

fn machine() -> Settings {
    settings(Arc::new(Machine))
}

async fn raw(home: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(home.join(FILE)).connect().await.unwrap()
}

async fn record(store: &Store, id: String, bytes: Vec<u8>) -> Result<()> {
    let body: Body = store.stage(bytes).await?;
    store.act("create", async move |tx: &mut Tx| tx.create_record(&new_record(&id), &body).await).await
}

#[tokio::test]
async fn a_store_is_made_once_and_opened_only_when_made() {
    let home = tempfile::tempdir().unwrap();
    let missing = Store::open(home.path(), machine()).await.err().unwrap();
    assert!(matches!(&missing, Error::Missing(_)) && missing.code() == Code::HomeMissing);
    create(home.path(), machine()).await.unwrap().close().await;
    assert!(matches!(create(home.path(), machine()).await.err(), Some(Error::Exists(_))));
    let store = Store::open(home.path(), machine()).await.unwrap();
    let head = store.head().await.unwrap();
    assert_eq!((head.size, head.origin.as_str()), (1, ORIGIN));
    store.clone().close().await;
    assert!(matches!(record(&store, "r".into(), vec![]).await, Err(Error::Closed)));
}

/// The making of a store was interrupted between schema and first leaf.
#[tokio::test]
async fn a_half_made_store_is_completed() {
    let home = tempfile::tempdir().unwrap();
    create(home.path(), machine()).await.unwrap().close().await;
    let mut conn = raw(home.path()).await;
    sqlx::raw_sql("DROP TRIGGER audit_leaf_remains; DELETE FROM audit_leaf; DELETE FROM audit_head")
        .execute(&mut conn)
        .await
        .unwrap();
    conn.close().await.unwrap();
    assert!(matches!(Store::open(home.path(), machine()).await.err(), Some(Error::Missing(_))));
    let store = create(home.path(), machine()).await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 1);
}

#[tokio::test]
async fn a_newer_schema_and_a_foreign_database_are_left_alone() {
    let home = tempfile::tempdir().unwrap();
    create(home.path(), machine()).await.unwrap().close().await;
    let mut conn = raw(home.path()).await;
    sqlx::raw_sql("INSERT INTO migration VALUES (99, 'later', x'', 0)").execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    let error = Store::open(home.path(), machine()).await.err().unwrap();
    assert!(matches!(error, Error::Newer { found: 99, known: 1 }), "{error}");
    assert_eq!(error.code().exit(), 2);

    let home = tempfile::tempdir().unwrap();
    let other = SqliteConnectOptions::new().filename(home.path().join(FILE)).create_if_missing(true);
    let mut conn = other.connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE recipes (id INTEGER)").execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    assert!(matches!(Store::open(home.path(), machine()).await.err(), Some(Error::Foreign(_))));
    assert!(matches!(create(home.path(), machine()).await.err(), Some(Error::Foreign(_))));
}

#[tokio::test]
async fn audit_leaves_and_numbers_cannot_be_changed_by_a_statement() {
    let bench = Bench::new().await;
    bench.record("r-1").await;
    let mut conn = raw(bench.home.path()).await;
    for statement in [
        "UPDATE audit_leaf SET leaf = '{}'",
        "DELETE FROM audit_leaf",
        "DELETE FROM tracking_number",
        "UPDATE tracking_number SET number = 'x'",
    ] {
        let error = sqlx::raw_sql(statement).execute(&mut conn).await.unwrap_err().to_string();
        assert!(error.contains("never") || error.contains("for ever"), "{error}");
    }
}

/// A full database refuses what does not fit and keeps what it has.
#[tokio::test]
async fn a_full_database_acknowledges_nothing_and_recovers() {
    let home = tempfile::tempdir().unwrap();
    let limited = Settings { max_bytes: Some(400_000), inline_max: 100_000, ..machine() };
    let store = create(home.path(), limited).await.unwrap();
    let mut kept = Vec::new();
    let full = loop {
        let id = format!("r-{}", kept.len());
        match record(&store, id.clone(), format!("{id}{}", "x".repeat(20_000)).into_bytes()).await {
            Ok(()) => kept.push(id),
            Err(error) => break error,
        }
        assert!(kept.len() < 100, "the limit holds");
    };
    assert!(matches!(full, Error::Full), "{full}");
    assert_eq!((full.code(), full.code().row().status), (Code::DiskWrite, 503));
    // All acts of a group share its fate: one that would fit is not lost silently either.
    let (big, small) =
        tokio::join!(record(&store, "big".into(), vec![7; 90_000]), record(&store, "small".into(), b"{}".to_vec()));
    assert!(big.is_err());
    kept.extend(small.is_ok().then(|| "small".to_owned()));
    store.close().await;

    let store = Store::open(home.path(), Settings { inline_max: 100_000, ..machine() }).await.unwrap();
    let ids: Vec<_> = store.records(0, 1_000).await.unwrap().into_iter().map(|record| record.id).collect();
    assert_eq!(ids, kept);
    record(&store, "after".into(), vec![1; 50_000]).await.unwrap();
    assert!(verify_log(&store, &signer()).await.is_sound());
}

/// A caller that swallows the failure of the database cannot write on outside its transaction.
#[tokio::test]
async fn nothing_runs_in_an_act_after_the_database_failed() {
    let home = tempfile::tempdir().unwrap();
    let limited = Settings { max_bytes: Some(300_000), inline_max: 1_000_000, ..machine() };
    let store = create(home.path(), limited).await.unwrap();
    let body = store.stage(vec![7; 600_000]).await.unwrap();
    let stubborn = async move |tx: &mut Tx| -> Result<()> {
        tx.burn_number("CERT#before", "user:a").await?;
        assert!(tx.create_record(&new_record("r-1"), &body).await.is_err());
        assert!(matches!(tx.burn_number("CERT#after", "user:a").await, Err(Error::Full)));
        Ok(())
    };
    assert!(matches!(store.act("stubborn", stubborn).await, Err(Error::Full)));
    for number in ["CERT#before", "CERT#after"] {
        assert!(!store.is_burnt(number).await.unwrap(), "{number}");
    }
    store.act("next", async |tx: &mut Tx| tx.burn_number("CERT#next", "user:a").await).await.unwrap();
    assert!(verify_log(&store, &signer()).await.is_sound());
}

#[tokio::test]
async fn a_database_that_is_held_is_busy() {
    let home = tempfile::tempdir().unwrap();
    let hasty = Settings { busy_timeout: std::time::Duration::from_millis(50), ..machine() };
    let store = create(home.path(), hasty).await.unwrap();
    let mut conn = raw(home.path()).await;
    let holder = conn.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let error = record(&store, "r-1".into(), vec![]).await.unwrap_err();
    assert!(matches!(error, Error::Busy) && error.code() == Code::StoreBusy);
    holder.rollback().await.unwrap();
    record(&store, "r-1".into(), vec![]).await.unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_told() {
    let home = tempfile::tempdir().unwrap();
    let store = create(home.path(), machine()).await.unwrap();
    for n in 0..50 {
        record(&store, format!("r-{n}"), vec![b'x'; 900]).await.unwrap();
    }
    store.close().await;
    let path = home.path().join(FILE);
    let whole = std::fs::read(&path).unwrap();

    // Not a database any more.
    std::fs::write(&path, vec![0x55; whole.len()]).unwrap();
    let error = Store::open(home.path(), machine()).await.err().unwrap();
    assert!(matches!(error, Error::Damaged(_)) && error.code() == Code::StoreDamaged, "{error}");

    // All pages but the first are rubbish.
    let mut bytes = whole.clone();
    bytes[4_096..].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(Store::open(home.path(), machine()).await.err(), Some(Error::Damaged(_))));

    // The head does not agree with the leaves.
    std::fs::write(&path, whole).unwrap();
    let mut conn = raw(home.path()).await;
    sqlx::raw_sql("UPDATE audit_head SET size = size - 1").execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    assert!(matches!(Store::open(home.path(), machine()).await.err(), Some(Error::Damaged(_))));
}

/// A small file system of its own, where the test may mount one.
struct Tmpfs(tempfile::TempDir);

impl Tmpfs {
    fn mount() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "sirex-test"]).arg(directory.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: a tmpfs cannot be mounted here (root only)");
        }
        mounted.then_some(Tmpfs(directory))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, how: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.path()).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_heals() {
    let Some(disk) = Tmpfs::mount() else { return };
    let store = create(disk.path(), machine()).await.unwrap();
    let mut kept = 0;
    // Small payloads fill the database, large ones the files beside it.
    let mut failures = Vec::new();
    for size in [900, 30_000] {
        loop {
            match record(&store, format!("r-{kept}"), format!("{kept:0>size$}").into_bytes()).await {
                Ok(()) => kept += 1,
                Err(error) => break failures.push(error),
            }
            assert!(kept < 5_000);
        }
    }
    assert!(failures.iter().all(|error| error.code() == Code::DiskWrite), "{failures:?}");
    assert!(kept > 10);
    assert_eq!(store.records(0, 10_000).await.unwrap().len(), kept);

    disk.remount("size=16m");
    record(&store, "after".into(), vec![b'x'; 30_000]).await.unwrap();
    assert_eq!(store.records(0, 10_000).await.unwrap().len(), kept + 1);
    assert!(verify_log(&store, &signer()).await.is_sound());
    store.close().await;

    disk.remount("ro");
    let error = match Store::open(disk.path(), machine()).await {
        Ok(store) => record(&store, "ro".into(), vec![]).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.code(), Code::DiskWrite, "{error}");
    disk.remount("rw");
    let store = Store::open(disk.path(), machine()).await.unwrap();
    assert_eq!(store.records(0, 10_000).await.unwrap().len(), kept + 1);
}

/// Records and originals are for the team alone, whatever the umask is.
#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_store() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = super::bench::Bench::new().await;
    bench.record("r-1").await;
    bench.body("x".repeat(5_000)).await;
    // Whoever can open the lock could keep the gateway from starting.
    let _lock = crate::store::ServeLock::take(bench.home.path()).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(bench.home.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} has mode {mode:o}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 4, "database, its log, payloads, lock");
}
