//! The key that seals provider credentials: the operator's, or one made once and kept in the data folder.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt;

/// Reads `<data>/secret.key`, making it when absent. Two processes that start at once get the same one.
pub fn key_of(data: &Path) -> std::io::Result<String> {
    std::fs::create_dir_all(data)?;
    let path = data.join("secret.key");
    let draft = data.join(format!("secret.key.{}", std::process::id()));
    if !path.exists() {
        let bytes: [u8; 32] = rand::rng().random();
        let _ = std::fs::remove_file(&draft);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(URL_SAFE_NO_PAD.encode(bytes).as_bytes())?;
        file.sync_all()?;
        // A link, not a rename: the first one stays.
        let linked = std::fs::hard_link(&draft, &path);
        std::fs::remove_file(&draft)?;
        linked.or_else(|error| if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) })?;
    }
    let key = std::fs::read_to_string(&path)?.trim().to_owned();
    if key.len() < 16 { Err(std::io::Error::new(ErrorKind::InvalidData, "secret.key is too short")) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_is_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = super::key_of(folder.path()).unwrap();
        assert_eq!(super::key_of(folder.path()).unwrap(), key);
        let mode = std::fs::metadata(folder.path().join("secret.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
