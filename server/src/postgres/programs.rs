//! Finds the Postgres programs on the machine and picks the release that fits the cluster.

use std::path::{Path, PathBuf};

use super::account::bare_command;
use super::error::PostgresError;

/// The oldest release that the schema works on.
const OLDEST_MAJOR: u32 = 15;

/// What we call; a folder that lacks one of them is no installation (Debian's `/usr/bin` holds the clients only).
const NEEDED: [&str; 4] = ["postgres", "initdb", "pg_isready", "psql"];

/// One installed release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    pub bin: PathBuf,
    pub major: u32,
}

impl Programs {
    /// The path of one program.
    pub fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// The programs for a new cluster (the newest release), or for the cluster in `existing`, which only its own major
/// release can read. `BACKLINE_PG_BIN`, when set, is the only folder looked at.
pub fn find(existing: Option<&Path>) -> Result<Programs, PostgresError> {
    let folders = candidates();
    let found: Vec<Programs> = folders.iter().filter_map(|bin| installed_in(bin)).collect();
    let Some(newest) = newest(&found) else {
        let looked_in = folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(PostgresError::NoPrograms { looked_in });
    };
    if newest.major < OLDEST_MAJOR {
        return Err(PostgresError::TooOld { found: format!("{} in {}", newest.major, newest.bin.display()) });
    }
    let Some(folder) = existing else { return Ok(newest.clone()) };
    let version = cluster_version(folder)?;
    match found.iter().find(|programs| programs.major.to_string() == version) {
        Some(programs) => Ok(programs.clone()),
        None => Err(PostgresError::OtherMajor {
            folder_version: version,
            program_version: newest.major.to_string(),
            folder: folder.to_path_buf(),
        }),
    }
}

/// A client program of the newest release on the machine: it reads the dumps and servers of older ones too.
pub fn client(name: &str) -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = candidates()
        .into_iter()
        .map(|bin| bin.join(name))
        .filter(|path| path.is_file())
        .filter_map(|path| {
            let output = bare_command(&path).arg("--version").output().ok()?;
            Some((major_version(&String::from_utf8_lossy(&output.stdout))?, path))
        })
        .collect();
    found.sort_by_key(|(major, _)| *major);
    found.pop().map(|(_, path)| path)
}

/// The first of the highest, so that PATH wins between equals.
fn newest(found: &[Programs]) -> Option<&Programs> {
    found.iter().rev().max_by_key(|programs| programs.major)
}

fn cluster_version(folder: &Path) -> Result<String, PostgresError> {
    let file = folder.join("PG_VERSION");
    let text = std::fs::read_to_string(&file).map_err(PostgresError::io("read", &file))?;
    Ok(text.trim().to_owned())
}

fn installed_in(bin: &Path) -> Option<Programs> {
    if !NEEDED.iter().all(|name| bin.join(name).is_file()) {
        return None;
    }
    let output = bare_command(bin.join("postgres")).arg("--version").output().ok()?;
    let major = major_version(&String::from_utf8_lossy(&output.stdout))?;
    Some(Programs { bin: bin.to_path_buf(), major })
}

/// The major release in `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`; betas count as their release.
fn major_version(text: &str) -> Option<u32> {
    let version = text.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The folders where systems put the programs, in order of preference.
fn candidates() -> Vec<PathBuf> {
    if let Some(bin) = std::env::var_os("BACKLINE_PG_BIN").filter(|bin| !bin.is_empty()) {
        // Children run in another folder, so a relative name has to be made absolute.
        return vec![std::path::absolute(&bin).unwrap_or(PathBuf::from(bin))];
    }
    let mut folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .filter(|folder| folder.is_absolute())
        .collect();
    folders.extend(children("/usr/lib/postgresql", "", "bin")); // Debian, Ubuntu
    folders.extend(children("/usr", "pgsql-", "bin")); // the PostgreSQL project's RPMs
    folders.extend(children("/usr/libexec", "postgresql", "")); // Alpine
    folders.push(PathBuf::from("/usr/local/pgsql/bin")); // built from source
    for homebrew in ["/opt/homebrew", "/usr/local"] {
        folders.push(Path::new(homebrew).join("bin"));
        folders.extend(children(&format!("{homebrew}/opt"), "postgresql", "bin"));
    }
    folders.extend(children("/Applications/Postgres.app/Contents/Versions", "", "bin"));
    let mut seen = std::collections::HashSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    folders
}

/// `<parent>/<prefix>*/<inner>`.
fn children(parent: &str, prefix: &str, inner: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let fitting = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    fitting.map(|entry| entry.path().join(inner)).filter(|folder| folder.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_release_is_read_from_what_postgres_prints() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 9.6.24\n"), Some(9));
        assert_eq!(major_version("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major_version("postgres (PostgreSQL) 18devel\n"), Some(18));
        assert_eq!(major_version("bash: postgres: not found"), None);
    }

    #[test]
    fn the_newest_release_wins_and_the_earlier_folder_between_equals() {
        let release = |bin: &str, major| Programs { bin: PathBuf::from(bin), major };
        let found = [release("/a", 15), release("/b", 17), release("/c", 17), release("/d", 16)];
        assert_eq!(newest(&found).map(|programs| programs.bin.as_path()), Some(Path::new("/b")));
        assert_eq!(newest(&[]), None);
    }
}
