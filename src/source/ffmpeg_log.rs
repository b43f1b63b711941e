//! FFmpeg's own log, led into ours.
//!
//! FFmpeg writes to the process's stderr, and what it writes holds addresses with their
//! passwords. Its log is one a process, not one a stream: so it is taken over where
//! FFmpeg came with this library, and left alone where the host had it before. Which of
//! the two it is, the order shows in which the system loaded them
//! ([decision 0022](../../docs/decisions/0022-ffmpegs-log-goes-through-ours.md)).
//!
//! The only code besides `ffi` that calls C by hand: FFmpeg's headers are OpenCV's
//! business, its library is found in the process while it runs.
#![cfg_attr(unix, allow(unsafe_code))]

use std::time::{Duration, Instant};

use crate::address::one_line;

/// FFmpeg's levels.
const AV_ERROR: i32 = 16;
const AV_WARNING: i32 = 24;
const AV_VERBOSE: i32 = 40;

/// Lines that one thread may log within [`PERIOD`].
const LINES_MAX: u32 = 10;
/// As many more for errors alone, which a flood of other lines must not hide.
const ERRORS_MAX: u32 = 5;
const PERIOD: Duration = Duration::from_secs(10);
/// Longest line.
const LINE_MAX: usize = 16 * 1024;

/// Leads FFmpeg's log into ours, where it is ours to lead. Once a process.
pub fn take_over() {
    match system::take_over(receive) {
        Ok(()) => {}
        Err(Kept::ByHost) => log::info!(
            "FFmpeg was in the process before rextrack: its log is the host's, and holds the \
             cameras' addresses with their passwords"
        ),
        Err(Kept::OutOfReach) => log::debug!("FFmpeg's log is out of reach"),
    }
}

/// Why FFmpeg keeps its own log.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(unix), allow(dead_code))]
enum Kept {
    /// It was in the process before this library.
    ByHost,
    /// No FFmpeg that can be asked is in the process.
    OutOfReach,
}

/// A piece of text on its way from FFmpeg, on the thread that it came from.
fn receive(level: i32, piece: &str, is_cut: bool) {
    thread_local! {
        static LINES: std::cell::RefCell<Lines> = std::cell::RefCell::default();
    }
    // A thread that ends, or a log that calls back into FFmpeg, is left out.
    let _ = LINES.try_with(|lines| {
        let Ok(mut lines) = lines.try_borrow_mut() else {
            return;
        };
        // What the logger refuses nobody sees: it takes no room from other lines.
        let level = ours(level).filter(|level| log::log_enabled!(*level));
        lines.push(level, piece, is_cut, Instant::now(), tell);
    });
}

/// Our level for one of FFmpeg's; none for what is never logged.
fn ours(level: i32) -> Option<log::Level> {
    if level <= AV_ERROR {
        Some(log::Level::Warn)
    } else if level <= AV_WARNING {
        Some(log::Level::Info)
    } else if level <= AV_VERBOSE {
        Some(log::Level::Debug)
    } else {
        // Requests with their passwords are among these.
        None
    }
}

fn tell(level: log::Level, line: &str) {
    let thread = std::thread::current();
    match camera(thread.name().unwrap_or_default()) {
        Some(camera) => log::log!(level, "[{camera}] FFmpeg: {line}"),
        None => log::log!(level, "FFmpeg: {line}"),
    }
}

/// The camera of a pipeline's thread, `rextrack:ID:source`.
fn camera(thread: &str) -> Option<&str> {
    let (camera, role) = thread.strip_prefix("rextrack:")?.split_once(':')?;
    (role == "source").then_some(camera)
}

/// Puts pieces together to lines, and holds back a flood.
#[derive(Debug, Default)]
struct Lines {
    open: String,
    since: Option<Instant>,
    count: u32,
    errors: u32,
    left_out: u32,
}

impl Lines {
    /// Takes a piece of a line of that level; none where nobody would see it. A line's
    /// level is that of its last piece.
    fn push(
        &mut self,
        level: Option<log::Level>,
        piece: &str,
        is_cut: bool,
        now: Instant,
        mut tell: impl FnMut(log::Level, &str),
    ) {
        self.open.push_str(piece);
        let is_cut = is_cut || self.open.len() > LINE_MAX;
        if is_cut {
            self.open.truncate(self.open.floor_char_boundary(LINE_MAX));
            self.open = without_last_address(&self.open);
            self.open.push('\n');
        }
        while let Some(end) = self.open.find('\n') {
            let line: String = self.open.drain(..=end).collect();
            let Some(level) = level else { continue };
            let line = shown(line.trim());
            if line.is_empty() || !self.has_room(level, now) {
                continue;
            }
            match std::mem::take(&mut self.left_out) {
                0 => tell(level, &line),
                n => tell(
                    level,
                    &format!("{line} ({n} lines before it were left out)"),
                ),
            }
        }
    }

    fn has_room(&mut self, level: log::Level, now: Instant) -> bool {
        if self.since.is_none_or(|since| now - since >= PERIOD) {
            self.since = Some(now);
            (self.count, self.errors) = (0, 0);
        }
        if self.count < LINES_MAX {
            self.count += 1;
            true
        } else if level <= log::Level::Warn && self.errors < ERRORS_MAX {
            self.errors += 1;
            true
        } else {
            self.left_out += 1;
            false
        }
    }
}

/// A line fit to be shown: on one line, without passwords, and without the memory
/// address that FFmpeg puts into `[hls @ 0x5581]`.
fn shown(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(start) = line.find(" @ 0x")
        && let Some(length) = line[start..].find(']')
    {
        line.replace_range(start..start + length, "");
    }
    one_line(&line)
}

/// A text that was cut off, less the address that it may end within: without its `@`
/// nothing tells a password from a port.
fn without_last_address(text: &str) -> String {
    let Some(mark) = text.rfind("://") else {
        return text.to_owned();
    };
    let scheme = text[..mark].rfind(|c: char| !c.is_ascii_alphanumeric());
    let start = scheme.map_or(0, |i| {
        text[i..].chars().next().map_or(i, |c| i + c.len_utf8())
    });
    format!("{}...", &text[..start])
}

#[cfg(unix)]
mod system {
    //! FFmpeg's functions, found by name in the process.

    use std::ffi::{CStr, c_char, c_int, c_void};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::OnceLock;

    use super::{AV_VERBOSE, Kept};

    /// C's `va_list`, handed on as it came. It is a pointer, or an argument that is
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

    pub fn take_over(receive: Receive) -> Result<(), Kept> {
        let set_callback = find(c"av_log_set_callback").ok_or(Kept::OutOfReach)?;
        let level = find(c"av_log_get_level").ok_or(Kept::OutOfReach)?;
        let format_line = find(c"av_log_format_line2").ok_or(Kept::OutOfReach)?;
        if !came_with_us(set_callback) {
            return Err(Kept::ByHost);
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
            return Err(Kept::OutOfReach);
        }
        // SAFETY: `callback` lives as long as this library, which stays loaded from here
        // on, and may be called from any thread.
        unsafe { set_callback(callback) };
        Ok(())
    }

    /// Keeps this library in the process after its host unloads it: FFmpeg may be in use
    /// by others then, and would call code that is gone.
    fn stay_loaded() -> bool {
        let own = stay_loaded as *const () as *const c_void;
        // The first image is the program, which nobody unloads.
        if positions([own as usize; 2])[0] == Some(0) {
            return true;
        }
        // SAFETY: all zeros is a valid value of this struct of pointers.
        let mut image: libc::Dl_info = unsafe { std::mem::zeroed() };
        // SAFETY: writes what is known of a function of ours into our struct.
        let found = unsafe { libc::dladdr(own, &raw mut image) } != 0;
        if !found || image.dli_fname.is_null() {
            return false;
        }
        let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
        // SAFETY: the name is the loader's own, and nothing is loaded that is not there.
        !unsafe { libc::dlopen(image.dli_fname, flags) }.is_null()
    }

    /// What FFmpeg calls for each piece of its log, on any of its threads.
    unsafe extern "C" fn callback(
        context: *mut c_void,
        level: c_int,
        format: *const c_char,
        arguments: Arguments,
    ) {
        // A panic must not reach FFmpeg; a lost line is no harm.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let Some(avutil) = AVUTIL.get() else { return };
            // The upper bits are a colour.
            let level = if level >= 0 { level & 0xff } else { level };
            // SAFETY: takes and changes nothing.
            if level > AV_VERBOSE || level > unsafe { (avutil.level)() } {
                return;
            }
            let mut piece = vec![0u8; PIECE_MAX];
            let mut prefix: c_int = 1;
            // SAFETY: the first four are handed on as they came, and used once; the buffer
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
            // SAFETY: `search` is the one below, and nobody else has it now.
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
    pub fn take_over(_: fn(i32, &str, bool)) -> Result<(), super::Kept> {
        Err(super::Kept::OutOfReach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &mut Lines, now: Instant, pieces: &[(&str, bool)]) -> Vec<String> {
        let mut told = Vec::new();
        for (piece, is_cut) in pieces {
            let level = Some(log::Level::Info);
            lines.push(level, piece, *is_cut, now, |_, line| {
                told.push(line.to_owned());
            });
        }
        told
    }

    #[test]
    fn pieces_become_lines_without_passwords_escapes_and_memory_addresses() {
        let now = Instant::now();
        let lines = &mut Lines::default();
        let pieces = [
            ("[hls @ 0x55d5] skip http://u:SEC", false),
            ("RET@cam/a?token=abc\u{1b}[31m\nnext\n\n", false),
            ("[h264 @ 0x1] http://u:SE\rCRET@cam/\n", false),
        ];
        assert_eq!(
            told(lines, now, &pieces),
            [
                "[hls] skip http://u:***@cam/a?token=***",
                "next",
                "[h264] http://u:***@cam/",
            ]
        );
    }

    #[test]
    fn an_address_that_is_cut_off_is_left_out() {
        let now = Instant::now();
        let lines = &mut Lines::default();
        assert_eq!(
            told(lines, now, &[("cannot open http://u:SECRE", true)]),
            ["cannot open ..."]
        );
        let endless = format!("reading rtsp://u:{}", "S".repeat(LINE_MAX));
        assert_eq!(told(lines, now, &[(&endless, false)]), ["reading ..."]);
        assert_eq!(told(lines, now, &[("after it\n", false)]), ["after it"]);
    }

    #[test]
    fn a_flood_is_held_back_and_counted() {
        let start = Instant::now();
        let lines = &mut Lines::default();
        let flood = "x\n".repeat(100);
        let first = told(lines, start, &[(&flood, false)]);
        assert_eq!(first.len(), LINES_MAX as usize);
        let later = told(lines, start + PERIOD, &[("y\n", false)]);
        assert_eq!(later, ["y (90 lines before it were left out)"]);
    }

    #[test]
    fn lines_that_nobody_sees_take_no_room_and_errors_have_some_of_their_own() {
        let now = Instant::now();
        let lines = &mut Lines::default();
        let mut push = |level, piece: &str| {
            let mut told = Vec::new();
            lines.push(level, piece, false, now, |level, line| {
                told.push((level, line.to_owned()));
            });
            told
        };
        let flood = "x\n".repeat(100);
        assert_eq!(push(None, &flood), []);
        let info = push(Some(log::Level::Info), &flood);
        assert_eq!(info.len(), LINES_MAX as usize, "no line was counted before");
        assert_eq!(push(Some(log::Level::Debug), &flood), []);
        let errors = push(Some(log::Level::Warn), &flood);
        assert_eq!(errors.len(), ERRORS_MAX as usize);
        let first = "x (190 lines before it were left out)";
        assert_eq!(errors[0], (log::Level::Warn, first.to_owned()));
        assert_eq!(push(Some(log::Level::Info), &flood), []);
    }

    #[test]
    fn ffmpegs_levels_are_ours_but_for_requests() {
        for (level, expected) in [
            (-8, Some(log::Level::Warn)),
            (AV_ERROR, Some(log::Level::Warn)),
            (AV_WARNING, Some(log::Level::Info)),
            (32, Some(log::Level::Debug)),
            (AV_VERBOSE, Some(log::Level::Debug)),
            (48, None),
        ] {
            assert_eq!(ours(level), expected, "{level}");
        }
    }

    #[test]
    fn a_source_thread_names_its_camera() {
        assert_eq!(camera("rextrack:hall:source"), Some("hall"));
        assert_eq!(camera("rextrack:web"), None);
        assert_eq!(camera("rextrack:hall:infer"), None);
        assert_eq!(camera("main"), None);
    }
}
