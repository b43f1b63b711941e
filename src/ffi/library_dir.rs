//! The folder of this shared library. ONNX Runtime is searched for there.

use std::path::PathBuf;

/// The folder of the shared library, or of the program it is linked into. `None` when the
/// system does not report it.
pub fn find() -> Option<PathBuf> {
    let file = loaded_from()?;
    let file = std::fs::canonicalize(&file).unwrap_or(file);
    Some(file.parent()?.to_owned())
}

#[cfg(unix)]
fn loaded_from() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr, c_void};
    use std::os::unix::ffi::OsStrExt;

    // SAFETY: an all-zero `Dl_info` is valid, and `dladdr` fills it in.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: every address is allowed; `info` is ours.
    let found = unsafe { libc::dladdr(loaded_from as *const () as *const c_void, &mut info) };
    if found == 0 || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: `dladdr` gave a NUL-terminated name that lives as long as the
    // library is loaded.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    Some(OsStr::from_bytes(name.to_bytes()).into())
}

#[cfg(windows)]
fn loaded_from() -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::windows::ffi::OsStringExt;
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
        GetModuleFileNameW, GetModuleHandleExW,
    };

    let flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let mut module = std::ptr::null_mut();
    // SAFETY: with these flags the name is an address, and any may be asked
    // for; `module` is ours.
    if unsafe { GetModuleHandleExW(flags, loaded_from as *const () as *const u16, &mut module) }
        == 0
    {
        return None;
    }
    // The longest path that Windows knows, in UTF-16 units.
    let mut name = vec![0u16; 32_768];
    // SAFETY: the module is ourselves, and `name` is as long as we say.
    let length = unsafe { GetModuleFileNameW(module, name.as_mut_ptr(), name.len() as u32) };
    let name = name.get(..length as usize).filter(|n| !n.is_empty())?;
    Some(OsString::from_wide(name).into())
}

#[cfg(not(any(unix, windows)))]
fn loaded_from() -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_running_code_is_found() {
        let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        let expected = program.as_deref().and_then(std::path::Path::parent);
        assert_eq!(find().as_deref(), expected);
    }
}
