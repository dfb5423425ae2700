//! Answers of the source on disk until what they hold is committed: while a page is written the next one is asked for, and a
//! host that was killed meanwhile need not ask for the page that was being written again.
//!
//! A file is read by the run that made it and in the place that it was asked for; whatever is torn, old or of another place is
//! as if it were not there. Nothing is flushed: after a power cut a page is asked for again.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::client::Answer;
use super::dialect::{Dialect, Part};
use crate::identity::TenantId;

/// What the source said longer ago is asked for again.
const OLDEST: Duration = Duration::from_secs(3600);

/// Which page was asked for, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    pub phase: usize,
    pub pass: i32,
    pub dialect: Dialect,
    pub part: Part,
    pub per_page: i64,
    /// Pages that the run has committed by then.
    pub pages: i32,
}

/// The first line of a file; the body follows.
#[derive(Serialize, Deserialize)]
struct Head {
    question: Question,
    date: Option<DateTime<Utc>>,
}

/// The files of one run. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Spool {
    folder: Arc<Path>,
    /// How the names of the run's files begin.
    run: Arc<str>,
}

impl Spool {
    /// Removes what earlier runs of the tenant left.
    pub fn open(folder: &Path, tenant: TenantId, run: i64) -> Spool {
        let spool = Spool { folder: folder.into(), run: format!("{}-{run}-", tenant.0).into() };
        let of_tenant = format!("{}-", tenant.0);
        spool.remove(|name| name.starts_with(&of_tenant) && !name.starts_with(&*spool.run));
        spool
    }

    /// Whether the answer is on disk now. Where it cannot be, nothing is asked for ahead.
    pub async fn keep(&self, question: Question, answer: &Answer) -> bool {
        let (path, body) = (self.path(question.pages), answer.body.clone());
        let head = Head { question, date: answer.date };
        let kept = tokio::task::spawn_blocking(move || write(&path, &head, &body)).await;
        match kept {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(%error, folder = %self.folder.display(), "answers are not kept: each page waits for the one before");
                false
            }
            Err(_) => false,
        }
    }

    /// The answer to this question, if it was kept.
    pub async fn find(&self, question: Question) -> Option<Answer> {
        let path = self.path(question.pages);
        tokio::task::spawn_blocking(move || read(&path, question)).await.ok()?
    }

    /// Of a page that is committed, or cannot be read.
    pub fn forget(&self, pages: i32) {
        // What stays is removed with the run.
        let _ = fs::remove_file(self.path(pages));
    }

    /// The run has ended.
    pub fn clear(&self) {
        self.remove(|name| name.starts_with(&*self.run));
    }

    fn path(&self, pages: i32) -> PathBuf {
        self.folder.join(format!("{}{pages}", self.run))
    }

    fn remove(&self, which: impl Fn(&str) -> bool) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten().filter(|file| file.file_name().to_str().is_some_and(&which)) {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Whole or not at all, for the owner's eyes only.
fn write(path: &Path, head: &Head, body: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let part = path.with_extension("part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    let mut line = serde_json::to_vec(head)?;
    line.push(b'\n');
    file.write_all(&line)?;
    file.write_all(body)?;
    fs::rename(part, path)
}

fn read(path: &Path, question: Question) -> Option<Answer> {
    let age = fs::metadata(path).ok()?.modified().ok()?.elapsed().unwrap_or_default();
    if age > OLDEST {
        return None;
    }
    let text = Bytes::from(fs::read(path).ok()?);
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&text[..end]).ok()?;
    (head.question == question).then(|| Answer { body: text.slice(end + 1..), date: head.date })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ASKED: Question = Question {
        phase: 0,
        pass: 0,
        dialect: Dialect { keyed: true, dates: true },
        part: Part::After(Some(7)),
        per_page: 100,
        pages: 3,
    };

    fn answer() -> Answer {
        Answer { body: Bytes::from_static(b"{\"a\":\n1}"), date: "2026-11-21T10:00:00Z".parse().ok() }
    }

    #[tokio::test]
    async fn an_answer_is_found_by_its_own_question_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("new"), TenantId(Uuid::nil()), 5);
        assert!(spool.keep(ASKED, &answer()).await);
        let found = spool.find(ASKED).await.unwrap();
        assert_eq!((found.body, found.date), (answer().body, answer().date));
        for other in [
            Question { part: Part::After(Some(8)), ..ASKED },
            Question { part: Part::Page(7), ..ASKED },
            Question { phase: 1, ..ASKED },
            Question { pass: 1, ..ASKED },
            Question { per_page: 25, ..ASKED },
            Question { dialect: Dialect { keyed: true, dates: false }, ..ASKED },
            Question { pages: 4, ..ASKED },
        ] {
            assert!(spool.find(other).await.is_none(), "{other:?}");
        }
        spool.forget(ASKED.pages);
        assert!(spool.find(ASKED).await.is_none());
    }

    #[tokio::test]
    async fn a_torn_or_old_file_is_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), TenantId(Uuid::nil()), 5);
        for text in ["", "{", "{\"question\":1}\n{}", "no line"] {
            fs::write(spool.path(ASKED.pages), text).unwrap();
            assert!(spool.find(ASKED).await.is_none(), "{text}");
        }
        assert!(spool.keep(ASKED, &answer()).await);
        let file = fs::File::open(spool.path(ASKED.pages)).unwrap();
        file.set_modified(std::time::SystemTime::now() - OLDEST - Duration::from_secs(1)).unwrap();
        assert!(spool.find(ASKED).await.is_none());
    }

    #[tokio::test]
    async fn a_new_run_removes_what_the_tenants_last_one_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (TenantId(Uuid::nil()), TenantId(Uuid::max()));
        let (left, others) = (Spool::open(folder.path(), one, 5), Spool::open(folder.path(), two, 5));
        assert!(left.keep(ASKED, &answer()).await && others.keep(ASKED, &answer()).await);
        let next = Spool::open(folder.path(), one, 6);
        assert!(left.find(ASKED).await.is_none() && others.find(ASKED).await.is_some());
        assert!(next.keep(ASKED, &answer()).await);
        next.clear();
        assert!(next.find(ASKED).await.is_none() && others.find(ASKED).await.is_some());
    }

    #[tokio::test]
    async fn where_nothing_can_be_written_nothing_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(!Spool::open(&file, TenantId(Uuid::nil()), 5).keep(ASKED, &answer()).await);
    }
}
