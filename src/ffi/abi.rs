//! Version of the ABI. The build script and the installer, which name the
//! shared library after it, include this file.

/// Major version of the ABI that this header describes: goes up when an
/// existing host would break.
pub const REXTRACK_ABI_MAJOR: u32 = 1;
/// Minor version of the ABI that this header describes: goes up when something
/// is added.
pub const REXTRACK_ABI_MINOR: u32 = 0;

/// The version of the ABI that this header describes, `major << 16 | minor`: the first
/// argument of `rextrack_create`.
pub const REXTRACK_ABI_VERSION: u32 = 65536;

const _: () = assert!(REXTRACK_ABI_VERSION == REXTRACK_ABI_MAJOR << 16 | REXTRACK_ABI_MINOR);

/// The version in the file name of the shared library. A linked host loads the library by
/// this name, so two libraries with the same name must be interchangeable. While the
/// major is 0, a new minor may break hosts, so the minor is part of the name.
pub fn compatibility() -> String {
    match REXTRACK_ABI_MAJOR {
        0 => format!("0.{REXTRACK_ABI_MINOR}"),
        major => major.to_string(),
    }
}
