//! `sirex serve`: until an interrupt or a termination signal.

use std::path::Path;

use serde_json::json;

use super::{Failure, home};
use crate::{exchange::Serving, output::Shown};

/// Serves.
pub(super) fn run(folder: &Path, json: bool) -> Result<Shown, Failure> {
    home::runtime()?.block_on(async {
        let home = home::open(folder).await?;
        let serving = Serving::start(home).await?;
        // For whoever started it: it serves now, and where.
        let address = serving.address().to_string();
        let serves = Shown::said(format!("serving on {address}"), json!({ "serving_on": address }));
        serves.show(json).map_err(|error| Failure::disk("the address", &error))?;
        serving.run(stop()).await;
        Ok(Shown::told())
    })
}

async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
