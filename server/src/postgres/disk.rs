//! Was it the disk? A failed Postgres often cannot even write down that there was no room.

use std::path::Path;

use nix::sys::statvfs::statvfs;

/// Two WAL segments: with less, Postgres neither starts nor initialises.
const LEAST_FREE: u128 = 32 * 1024 * 1024;

/// Whether `output` (in English: children run with LC_ALL=C) or the file system under `folder` tells of a full disk.
/// Meant for after a failure, to name its cause.
pub fn is_full(folder: &Path, output: &str) -> bool {
    tells_of_full_disk(output) || free_bytes(folder).is_some_and(|free| free < LEAST_FREE)
}

fn tells_of_full_disk(output: &str) -> bool {
    output.contains("No space left on device") || output.contains("Disk quota exceeded")
}

/// The nearest existing folder counts: the one asked for may not have been made.
fn free_bytes(folder: &Path) -> Option<u128> {
    let stat = folder.ancestors().find_map(|existing| statvfs(existing).ok())?;
    // The fields' widths differ by system; this one holds them all.
    Some(u128::from(stat.blocks_available()) * u128::from(stat.fragment_size()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_recognised_in_what_postgres_says() {
        assert!(tells_of_full_disk("FATAL:  could not write lock file \"postmaster.pid\": No space left on device"));
        assert!(!tells_of_full_disk("FATAL:  could not create shared memory segment: Invalid argument"));
    }

    #[test]
    fn a_folder_that_does_not_exist_yet_is_judged_by_its_parent() {
        assert!(free_bytes(Path::new("/no/such/folder")).is_some());
    }
}
