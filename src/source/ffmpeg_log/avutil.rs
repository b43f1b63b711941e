//! The log functions of FFmpeg's libavutil, found by name in the running process.
//!
//! The only code besides `ffi` that calls C directly: OpenCV links FFmpeg, so its headers
//! are not available here.
#![cfg_attr(unix, allow(unsafe_code))]

/// FFmpeg's levels.
pub const AV_ERROR: i32 = 16;
pub const AV_WARNING: i32 = 24;
pub const AV_VERBOSE: i32 = 40;

/// Why FFmpeg's log cannot be taken over.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(unix), allow(dead_code))]
pub enum Unavailable {
    /// The host loaded FFmpeg before it loaded this library.
    LoadedByHost,
    /// The process has no FFmpeg whose functions can be found.
    NotFound,
}

pub use system::set_log_callback;

#[cfg(unix)]
mod system {
    use std::ffi::{CStr, c_char, c_int, c_void};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::OnceLock;

    use super::{AV_VERBOSE, Unavailable};

    /// C's `va_list`, passed on unchanged. It is a pointer, or an argument that is
    /// passed as one, on every system that OpenCV is built for.
    type Arguments = *mut c_void;
    type Callback = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, Arguments);
    type SetCallback = unsafe extern "C" fn(Callback);
    type Level = unsafe extern "C" fn() -> c_int;
    type FormatLine = unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const c_char,
        Arguments,
        *mut c_char,
        c_int,
        *mut c_int,
    ) -> c_int;
    /// Level, text, and whether the text was cut off.
    type Receive = fn(i32, &str, bool);

    /// Longest piece that is read; FFmpeg's own limit is 1 kB.
    const PIECE_MAX: usize = 8 * 1024;

    struct Avutil {
        level: Level,
        format_line: FormatLine,
        receive: Receive,
    }

    static AVUTIL: OnceLock<Avutil> = OnceLock::new();

    pub fn set_log_callback(receive: Receive) -> Result<(), Unavailable> {
        let set_callback = find(c"av_log_set_callback").ok_or(Unavailable::NotFound)?;
        let level = find(c"av_log_get_level").ok_or(Unavailable::NotFound)?;
        let format_line = find(c"av_log_format_line2").ok_or(Unavailable::NotFound)?;
        if !came_with_us(set_callback) {
            return Err(Unavailable::LoadedByHost);
        }
        // SAFETY: these are FFmpeg's functions of those names, whose signatures have been
        // the same since FFmpeg 3.1 (libavutil/log.h).
        let (set_callback, level, format_line) = unsafe {
            (
                std::mem::transmute::<*mut c_void, SetCallback>(set_callback),
                std::mem::transmute::<*mut c_void, Level>(level),
                std::mem::transmute::<*mut c_void, FormatLine>(format_line),
            )
        };
        AVUTIL.get_or_init(|| Avutil {
            level,
            format_line,
            receive,
        });
        if !stay_loaded() {
            return Err(Unavailable::NotFound);
        }
        // SAFETY: `callback` lives as long as this library, which stays loaded from here
        // on, and may be called from any thread.
        unsafe { set_callback(callback) };
        Ok(())
    }

    /// Keeps this library loaded after its host unloads it. FFmpeg may still be in use then,
    /// and would call code that is gone.
    fn stay_loaded() -> bool {
        let own = stay_loaded as *const () as *const c_void;
        // The first image is the program, which is never unloaded.
        if positions([own as usize; 2])[0] == Some(0) {
            return true;
        }
        // SAFETY: all zeros is a valid value of this struct of pointers.
        let mut image: libc::Dl_info = unsafe { std::mem::zeroed() };
        // SAFETY: writes the description of our own function into our struct.
        let found = unsafe { libc::dladdr(own, &raw mut image) } != 0;
        if !found || image.dli_fname.is_null() {
            return false;
        }
        let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
        // SAFETY: the name is the loader's own, and nothing is loaded that is not there.
        !unsafe { libc::dlopen(image.dli_fname, flags) }.is_null()
    }

    /// FFmpeg calls this for each piece of its log, on any of its threads.
    unsafe extern "C" fn callback(
        context: *mut c_void,
        level: c_int,
        format: *const c_char,
        arguments: Arguments,
    ) {
        // A panic must not reach FFmpeg. A lost line is harmless.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let Some(avutil) = AVUTIL.get() else { return };
            // The upper bits are a colour.
            let level = if level >= 0 { level & 0xff } else { level };
            // SAFETY: has no arguments and changes nothing.
            if level > AV_VERBOSE || level > unsafe { (avutil.level)() } {
                return;
            }
            let mut piece = vec![0u8; PIECE_MAX];
            let mut prefix: c_int = 1;
            // SAFETY: the first four are passed on unchanged and used once; the buffer
            // is as long as we say, and is ended by a NUL.
            let length = unsafe {
                (avutil.format_line)(
                    context,
                    level,
                    format,
                    arguments,
                    piece.as_mut_ptr().cast(),
                    PIECE_MAX as c_int,
                    &raw mut prefix,
                )
            };
            let is_cut = usize::try_from(length).is_ok_and(|length| length >= PIECE_MAX);
            if let Ok(text) = CStr::from_bytes_until_nul(&piece) {
                (avutil.receive)(level, &text.to_string_lossy(), is_cut);
            }
        }));
    }

    /// The address of a function in this library's own scope.
    fn find(name: &CStr) -> Option<*mut c_void> {
        // SAFETY: looks a name up; it is ended by a NUL.
        let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
        (!address.is_null()).then_some(address)
    }

    /// Whether the library of that address was loaded because of this one: it stands
    /// behind it in the order of loading. What the host had before stands in front.
    fn came_with_us(address: *mut c_void) -> bool {
        let own = came_with_us as *const () as usize;
        match positions([own, address as usize]) {
            [Some(own), Some(other)] => own <= other,
            _ => false,
        }
    }

    #[cfg(not(target_vendor = "apple"))]
    fn positions(addresses: [usize; 2]) -> [Option<usize>; 2] {
        struct Search {
            addresses: [usize; 2],
            found: [Option<usize>; 2],
            position: usize,
        }

        unsafe extern "C" fn visit(
            image: *mut libc::dl_phdr_info,
            _: libc::size_t,
            search: *mut c_void,
        ) -> c_int {
            // SAFETY: `search` is the one below, and no other reference to it exists during the call.
            let search = unsafe { &mut *search.cast::<Search>() };
            // SAFETY: the system describes a loaded image, which stays while it is visited.
            let image = unsafe { &*image };
            let segments = match image.dlpi_phdr.is_null() {
                true => &[],
                // SAFETY: as above; the table has so many entries.
                false => unsafe {
                    std::slice::from_raw_parts(image.dlpi_phdr, usize::from(image.dlpi_phnum))
                },
            };
            for (address, found) in search.addresses.iter().zip(&mut search.found) {
                let is_in = segments.iter().any(|segment| {
                    let start = (image.dlpi_addr as usize).wrapping_add(segment.p_vaddr as usize);
                    segment.p_type == libc::PT_LOAD
                        && address.wrapping_sub(start) < segment.p_memsz as usize
                });
                if is_in {
                    *found = Some(search.position);
                }
            }
            search.position += 1;
            0
        }

        let mut search = Search {
            addresses,
            found: [None; 2],
            position: 0,
        };
        // SAFETY: `visit` is called while this call lasts, with our search.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        search.found
    }

    #[cfg(target_vendor = "apple")]
    fn positions(addresses: [usize; 2]) -> [Option<usize>; 2] {
        unsafe extern "C" {
            fn _dyld_image_count() -> u32;
            fn _dyld_get_image_header(index: u32) -> *const c_void;
        }
        addresses.map(|address| {
            // SAFETY: an all-zero `Dl_info` is valid, and `dladdr` fills it in.
            let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
            // SAFETY: any address may be asked for; `info` is ours.
            if unsafe { libc::dladdr(address as *const c_void, &mut info) } == 0 {
                return None;
            }
            // SAFETY: takes and changes nothing.
            let count = unsafe { _dyld_image_count() };
            let base = info.dli_fbase.cast_const();
            // SAFETY: an index beyond the images gives NULL.
            let is_it = |index: &u32| unsafe { _dyld_get_image_header(*index) } == base;
            (0..count).find(is_it).map(|index| index as usize)
        })
    }
}

#[cfg(not(unix))]
mod system {
    /// OpenCV's FFmpeg is a library of its own there, with FFmpeg inside and out of reach;
    /// see [`super::super::ffmpeg::prepare`].
    pub fn set_log_callback(_: fn(i32, &str, bool)) -> Result<(), super::Unavailable> {
        Err(super::Unavailable::NotFound)
    }
}
