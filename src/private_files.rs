//! Files that only their owner may read: the database, its copies, locks beside it, and signing keys.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, set_permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use nix::unistd::geteuid;

/// Read and written by the owner only.
const OWN_FILE: u32 = 0o600;
/// Entered by the owner only.
const OWN_FOLDER: u32 = 0o700;
/// The bits that let anybody but the owner in.
const OTHERS: u32 = 0o077;
const GROUP_READS: u32 = 0o040;
const ROOT: u32 = 0;

/// Opens a file for writing and makes it if it is missing; what is in it stays. One that others may read is closed to
/// them.
pub fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(OWN_FILE)
        .open(path)?;
    close_to_others(path)?;
    Ok(file)
}

/// Makes an empty file if there is none. One that is there is not opened, since closing it again would take the locks
/// from whoever in this program has it open; it is only closed to others.
pub fn make(path: &Path) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWN_FILE)
        .open(path);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => close_to_others(path),
        Err(error) => Err(error),
    }
}

/// Makes a folder with all above it that are missing; those that are there stay as they are.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(OWN_FOLDER).create(path)
}

/// Takes a file that is there from everybody but its owner.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    match is_open_to_others(path) {
        Ok(true) => set_permissions(path, Permissions::from_mode(OWN_FILE)),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether others than this program's account may read or write a file. Root gives what it mounts (a Kubernetes secret) to
/// the group of a program that is not root: that group may read it.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    let file = path.metadata()?;
    Ok(lets_others_in(
        file.permissions().mode(),
        file.uid(),
        geteuid().as_raw(),
    ))
}

fn lets_others_in(mode: u32, owner: u32, own: u32) -> bool {
    let is_given_by_root = owner == ROOT && own != ROOT;
    let others = if is_given_by_root {
        OTHERS & !GROUP_READS
    } else {
        OTHERS
    };
    mode & others != 0
}

/// Makes what was written to a folder last: a new name in it, too, survives a loss of power.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S08: the rule that PostgreSQL has for its own key.
    #[test]
    fn a_group_reads_only_what_root_gave_it() {
        let (own, other) = (10_001, 10_002);
        for (mode, owner, own, lets_in) in [
            (0o100_600, own, own, false),
            (0o100_400, own, own, false),
            (0o100_640, own, own, true),
            (0o100_440, ROOT, own, false),
            (0o100_640, ROOT, own, false),
            (0o100_644, ROOT, own, true),
            (0o100_660, ROOT, own, true),
            (0o100_640, ROOT, ROOT, true),
            (0o100_640, other, own, true),
        ] {
            assert_eq!(
                lets_others_in(mode, owner, own),
                lets_in,
                "{mode:o} {owner} {own}"
            );
        }
    }
}
