//! Local files that refer to other files instead of holding video, such as playlists.
//!
//! FFmpeg detects the format of a file by its content, not by its name. A text that begins
//! like an HLS playlist is read as one, even if it is a configuration file or a log.
//! FFmpeg then opens every file that it names, in any folder. So a local file is inspected
//! before FFmpeg opens it. Streams over HTTP need no inspection, because FFmpeg opens no
//! local file that they name.

use std::io::Read;
use std::path::Path;

use super::error::SourceError;

/// Bytes that FFmpeg reads to detect the format.
const PROBE_SIZE: u64 = 1 << 20;
/// Bytes that are read to tell a text from a video.
const TEXT_SAMPLE: usize = 4096;
/// Length of an ID3v2 tag's header, and of its footer.
const ID3_HEADER: usize = 10;

/// Text by which FFmpeg detects a format that refers to other files. It may follow an ID3
/// tag, a comment or a byte order mark.
const MARKS: [(&[u8], &str); 7] = [
    (b"#EXTM3U", "an HLS playlist"),
    (b"#EXT-X-", "an HLS playlist"),
    (b"ffconcat version", "an ffconcat list"),
    (b"<CompositionPlaylist", "an IMF playlist"),
    (b"<AssetMap", "an IMF asset map"),
    (b"c=IN IP", "an SDP session description"),
    (b"# VobSub index file", "a VobSub index"),
];

/// As [`MARKS`], but so short that a video may contain it by chance. FFmpeg searches for
/// it up to the first zero byte, and every video has one early.
const SHORT_MARK: (&[u8], &str) = (b"<MPD", "a DASH manifest");

/// Extensions by which FFmpeg, or a library that it uses, reads a file as a list or a
/// script, whatever its content.
const EXTENSIONS: [&str; 20] = [
    "m3u8", "m3u", "mpd", "ffconcat", "concat", "sdp", "nsc", "strm", "asx", "wax", "wvx", "pls",
    "xspf", "ram", "smil", "smi", "ismc", "avs", "avsi", "vpy",
];

/// How videos and pictures with a header of text begin.
const TEXT_HEADERS: [&[u8]; 3] = [b"YUV4MPEG2", b"P5", b"P6"];

/// The kind of a local file that refers to other files, or is a text that FFmpeg may read
/// as a playlist. `None` for any other file and for a missing one.
pub fn playlist(path: &Path) -> Option<&'static str> {
    let extension = path.extension().and_then(|e| e.to_str());
    let extension = extension.map(str::to_ascii_lowercase);
    if extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str())) {
        return Some("a playlist by its name");
    }
    // Only regular files can be read twice; a pipe or a device cannot.
    if !std::fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return None;
    }
    let mut start = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(PROBE_SIZE).read_to_end(&mut start).ok()?;
    kind(&start)
}

/// As [`playlist`], for the first bytes of a file.
fn kind(start: &[u8]) -> Option<&'static str> {
    if let Some((_, kind)) = MARKS.iter().find(|(mark, _)| contains_mark(start, mark)) {
        return Some(kind);
    }
    let starts = read_starts(start);
    let text = |bytes: &&[u8]| {
        let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
        contains_mark(text, SHORT_MARK.0)
    };
    if starts.iter().any(text) {
        return Some(SHORT_MARK.1);
    }
    let is_text = starts.iter().any(|bytes| is_text(bytes));
    is_text.then_some("a text file")
}

/// Where FFmpeg may begin to read: at the start, and after an ID3 tag. FFmpeg does not skip
/// a tag that is longer than its probe, so the content of the tag counts too.
fn read_starts(start: &[u8]) -> Vec<&[u8]> {
    let mut starts = vec![start];
    if let Some(length) = id3_length(start) {
        starts.extend(start.get(ID3_HEADER..));
        starts.extend(start.get(length..));
    }
    starts
}

/// Whether the bytes contain the mark, in upper or lower case.
fn contains_mark(bytes: &[u8], mark: &[u8]) -> bool {
    let first = mark[0].to_ascii_lowercase();
    bytes
        .windows(mark.len())
        .any(|w| w[0].to_ascii_lowercase() == first && w.eq_ignore_ascii_case(mark))
}

/// Length of the ID3v2 tag at the start, which FFmpeg skips. It is the length that the tag
/// states, which may exceed the file.
fn id3_length(start: &[u8]) -> Option<usize> {
    match start {
        [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] => {
            let size = [a, b, c, d];
            let size = size
                .iter()
                .fold(0, |n, b| (n << 7) | usize::from(**b & 0x7f));
            let footer = if flags & 0x10 == 0 { 0 } else { ID3_HEADER };
            Some(ID3_HEADER + size + footer)
        }
        _ => None,
    }
}

fn is_text(start: &[u8]) -> bool {
    let sample = &start[..start.len().min(TEXT_SAMPLE)];
    let printable = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    !sample.is_empty()
        && sample.iter().all(printable)
        && !TEXT_HEADERS.iter().any(|header| sample.starts_with(header))
}

/// Rejects a local file that refers to other files.
///
/// # Errors
/// [`SourceError::Playlist`] for such a file.
pub(super) fn reject(path: &Path) -> Result<(), SourceError> {
    match playlist(path) {
        None => Ok(()),
        Some(kind) => Err(SourceError::Playlist {
            path: path.to_owned(),
            kind,
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn playlist_is_detected_by_its_content() {
        for (content, what) in [
            ("#EXTM3U\n#EXTINF:1,\n/elsewhere/a.avi\n", "HLS"),
            ("\u{feff}#EXTM3U\n", "HLS"),
            ("ffconcat version 1.0\nfile /elsewhere/a.avi\n", "ffconcat"),
            ("<?xml version=\"1.0\"?>\n<MPD profiles=\"x\">", "DASH"),
            (
                "v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n",
                "SDP",
            ),
            ("<CompositionPlaylist>", "IMF"),
            ("cameras:\n- {id: a, stream: 'synth:'}\n", "a text file"),
            ("{\"seq\": 1}\n", "a text file"),
        ] {
            let found = kind(content.as_bytes()).unwrap_or_default();
            assert!(found.contains(what), "{content:?}: {found}");
            // FFmpeg skips an ID3 tag before it detects the format.
            let mut tagged = b"ID3\x03\0\0\0\0\0\x02\0\0".to_vec();
            tagged.extend(content.as_bytes());
            let hidden = kind(&tagged).unwrap_or_default();
            assert!(hidden.contains(what), "{content:?}: {hidden}");
            // It does not skip a tag that is longer than its probe.
            for length in [b"\0\0\x7f\x7f", b"\x7f\x7f\x7f\x7f", b"\x01\x01\x01\x20"] {
                let mut endless = b"ID3\x03\x01\x01".to_vec();
                endless.extend(length);
                endless.extend(content.as_bytes());
                let hidden = kind(&endless).unwrap_or_default();
                assert!(hidden.contains(what), "{content:?} {length:?}: {hidden}");
            }
        }
    }

    #[test]
    fn video_is_not_a_playlist_even_with_a_text_header() {
        let mut avi = b"RIFF\x10\x27\0\0AVI LIST".to_vec();
        avi.extend([0; 64]);
        let mut y4m = b"YUV4MPEG2 W16 H16 F25:1\nFRAME\n".to_vec();
        y4m.extend([128; 384]);
        // A music file whose tag is longer than the probe.
        let mut tagged = b"ID3\x03\0\0\0\x7f\x7f\x7fAPIC\0\x1f\xff\0\0\0image/jpeg\0".to_vec();
        tagged.extend([0xff; 64]);
        for video in [avi, y4m, tagged, b"\0\0\0\x20ftypisom".to_vec(), Vec::new()] {
            assert_eq!(kind(&video), None, "{video:?}");
        }
    }

    /// A film of ten frames, by OpenCV.
    fn film(path: &Path) {
        use opencv::core::{CV_8UC3, Mat, Scalar, Size};
        use opencv::videoio::{VideoWriter, VideoWriterTrait};
        let fourcc = VideoWriter::fourcc('M', 'J', 'P', 'G').unwrap();
        let (name, size) = (path.to_str().unwrap(), Size::new(64, 48));
        let mut writer = VideoWriter::new(name, fourcc, 10.0, size, true).unwrap();
        let grey = Scalar::all(120.0);
        let picture = Mat::new_rows_cols_with_default(48, 64, CV_8UC3, grey).unwrap();
        for _ in 0..10 {
            writer.write(&picture).unwrap();
        }
        writer.release().unwrap();
    }

    fn frames(address: &str, allow_playlists: bool) -> Result<usize, SourceError> {
        use crate::address::StreamAddress;
        use crate::base::shutdown::Shutdown;
        use crate::source::{FrameOrEnd, SourceContext, open};
        let context = SourceContext {
            allow_playlists,
            ..SourceContext::default()
        };
        let address: StreamAddress = address.parse().unwrap();
        let mut source = open(&address, &context, &Shutdown::new())?;
        let mut frames = 0;
        while frames < 3 && matches!(source.grab()?, FrameOrEnd::Frame(_)) {
            frames += 1;
        }
        Ok(frames)
    }

    fn hls(film: &str) -> String {
        format!(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\n{film}\n#EXT-X-ENDLIST\n"
        )
    }

    /// With `allow_playlists`, the same list shows frames of the other folder's film.
    #[test]
    fn playlist_is_rejected_unless_allowed() {
        let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let hidden = outside.path().join("film.avi");
        film(&hidden);
        let hidden = hidden.display().to_string();
        for name in ["list.m3u8", "config.yaml", "film.mp4"] {
            let list = folder.path().join(name);
            std::fs::write(&list, hls(&hidden)).unwrap();
            let list = list.display().to_string();
            assert_eq!(
                frames(&list, true),
                Ok(3),
                "{name}: the list itself is valid"
            );
            let error = frames(&list, false).unwrap_err();
            assert!(matches!(error, SourceError::Playlist { .. }), "{error}");
        }
        assert_eq!(frames(&hidden, false), Ok(3), "a video is accepted");
    }

    /// We rely on FFmpeg here: it opens no local file that a playlist on HTTP names.
    #[test]
    fn playlist_over_http_opens_no_local_file() {
        use std::io::{BufRead, BufReader, Write};
        let folder = tempfile::tempdir().unwrap();
        let hidden = folder.path().join("film.avi");
        film(&hidden);
        let plain = hidden.display().to_string();
        for segment in [format!("file://{plain}"), format!("file:{plain}"), plain] {
            let list = hls(&segment);
            let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = server.local_addr().unwrap().port();
            // Ends with the test's process; each answer is the list.
            std::thread::spawn(move || {
                for stream in server.incoming().flatten() {
                    let mut stream = stream;
                    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                    let path = lines.next().and_then(Result::ok).unwrap_or_default();
                    while lines.next().is_some_and(|l| l.is_ok_and(|l| !l.is_empty())) {}
                    let (status, body) = match path.contains("list.m3u8") {
                        true => ("200 OK", list.as_str()),
                        false => ("404 Not Found", ""),
                    };
                    write!(
                        stream,
                        "HTTP/1.1 {status}\r\ncontent-type: application/x-mpegurl\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    )
                    .ok();
                }
            });
            let seen = frames(&format!("http://127.0.0.1:{port}/list.m3u8"), false);
            assert!(!matches!(seen, Ok(1..)), "{segment}: {seen:?}");
        }
    }

    #[test]
    fn playlist_is_detected_by_its_extension() {
        for name in ["a.m3u8", "A.M3U", "b.mpd", "c.ffconcat", "d.sdp", "e.vpy"] {
            assert!(playlist(Path::new(name)).is_some(), "{name}");
        }
        assert_eq!(playlist(Path::new("not-there.mp4")), None);
    }
}
