//! Files that only their owner may read: the database, its copies, locks beside it, and signing keys.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, set_permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Read and written by the owner only.
const OWN_FILE: u32 = 0o600;
/// Entered by the owner only.
const OWN_FOLDER: u32 = 0o700;
/// The bits that let anybody but the owner in.
const OTHERS: u32 = 0o077;

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

/// Whether anybody but the owner may read or write a file.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    Ok(path.metadata()?.permissions().mode() & OTHERS != 0)
}

/// Makes what was written to a folder last: a new name in it, too, survives a loss of power.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}
