//! Answers to requests that carry a key of their own, so that a request that is repeated is not done twice.

use super::{
    act::Tx,
    error::{Error, Result},
    row::micros,
};

const SELECT: &str = "SELECT answer FROM answered WHERE scope = ?1 AND name = ?2";
const INSERT: &str = "INSERT INTO answered (scope, name, answer, at) VALUES (?1, ?2, ?3, ?4)";

impl Tx {
    /// The answer that a request with this key got. `scope` says who may use the key, such as `user:alice`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer_to(&mut self, scope: &str, key: &str) -> Result<Option<Vec<u8>>> {
        self.with(async |conn| {
            let row: Option<(Vec<u8>,)> = sqlx::query_as(SELECT).bind(scope).bind(key).fetch_optional(conn).await?;
            Ok(row.map(|(answer,)| answer))
        })
        .await
    }

    /// Keeps the answer to a request, in the act that does what it asks for.
    ///
    /// # Errors
    /// [`Error::Taken`] when the key was used: the act must fail then.
    pub async fn keep_answer(&mut self, scope: &str, key: &str, answer: &[u8]) -> Result<()> {
        if self.answer_to(scope, key).await?.is_some() {
            return Err(Error::Taken { what: "request key", id: key.to_owned() });
        }
        let now = self.now();
        self.with(async |conn| {
            sqlx::query(INSERT).bind(scope).bind(key).bind(answer).bind(micros(now)).execute(conn).await?;
            Ok(())
        })
        .await
    }
}
