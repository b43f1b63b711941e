//! Local files that are no video but name other files: playlists and the like.
//!
//! FFmpeg chooses how to read a file by what is in it, not by its name. A text that
//! begins as an HLS playlist is one, whatever else it is (a configuration file, a
//! log), and FFmpeg then opens every file that it names, in whichever folder. So a
//! local file is looked at before FFmpeg gets it. What comes over HTTP needs no such
//! look: there FFmpeg itself follows no reference to a file.

use std::io::Read;
use std::path::Path;

use super::error::SourceError;

/// How much FFmpeg looks at to find out what a file is.
const PROBED: u64 = 1 << 20;
/// How much tells a text from a video.
const TEXT_SAMPLE: usize = 4096;
/// Length of an ID3v2 tag's header, and of its footer.
const ID3_HEADER: usize = 10;

/// Words by which FFmpeg knows a format that names other files. They may stand behind
/// something else (an ID3 tag, a comment, a byte order mark).
const MARKS: [(&[u8], &str); 7] = [
    (b"#EXTM3U", "an HLS playlist"),
    (b"#EXT-X-", "an HLS playlist"),
    (b"ffconcat version", "an ffconcat list"),
    (b"<CompositionPlaylist", "an IMF playlist"),
    (b"<AssetMap", "an IMF asset map"),
    (b"c=IN IP", "an SDP session description"),
    (b"# VobSub index file", "a VobSub index"),
];

/// As [`MARKS`], but so short that a video may hold it by chance. FFmpeg looks for it up
/// to the first zero byte, which every video has early.
const SHORT_MARK: (&[u8], &str) = (b"<MPD", "a DASH manifest");

/// Ends of names by which FFmpeg, or a player behind it, takes a file for a list or a
/// script whatever is in it.
const EXTENSIONS: [&str; 20] = [
    "m3u8", "m3u", "mpd", "ffconcat", "concat", "sdp", "nsc", "strm", "asx", "wax", "wvx", "pls",
    "xspf", "ram", "smil", "smi", "ismc", "avs", "avsi", "vpy",
];

/// Beginnings of videos and pictures whose header is text.
const TEXT_HEADERS: [&[u8]; 3] = [b"YUV4MPEG2", b"P5", b"P6"];

/// What a local file is that is no video but names other files, or is plain text,
/// which may be read as such; none for everything else, and for what is not there.
pub fn playlist(path: &Path) -> Option<&'static str> {
    let extension = path.extension().and_then(|e| e.to_str());
    let extension = extension.map(str::to_ascii_lowercase);
    if extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str())) {
        return Some("a playlist by its name");
    }
    // What is no plain file (a pipe, a device) must not be read twice.
    if !std::fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return None;
    }
    let mut start = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(PROBED).read_to_end(&mut start).ok()?;
    kind(&start)
}

/// As [`playlist`], by a file's beginning.
fn kind(start: &[u8]) -> Option<&'static str> {
    if let Some((_, kind)) = MARKS.iter().find(|(mark, _)| holds(start, mark)) {
        return Some(kind);
    }
    let beginnings = beginnings(start);
    let text = |bytes: &&[u8]| {
        let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
        holds(text, SHORT_MARK.0)
    };
    if beginnings.iter().any(text) {
        return Some(SHORT_MARK.1);
    }
    let is_text = beginnings.iter().any(|bytes| is_text(bytes));
    is_text.then_some("a text file")
}

/// Where a reader may begin: at the start, and behind an ID3 tag. FFmpeg skips no tag
/// that is longer than what it has read, so what stands inside one counts too.
fn beginnings(start: &[u8]) -> Vec<&[u8]> {
    let mut beginnings = vec![start];
    if let Some(length) = id3_length(start) {
        beginnings.extend(start.get(ID3_HEADER..));
        beginnings.extend(start.get(length..));
    }
    beginnings
}

fn holds(bytes: &[u8], mark: &[u8]) -> bool {
    let first = mark[0].to_ascii_lowercase();
    bytes
        .windows(mark.len())
        .any(|w| w[0].to_ascii_lowercase() == first && w.eq_ignore_ascii_case(mark))
}

/// Length of the ID3v2 tag at the beginning, which FFmpeg skips before it looks. It is
/// what the tag says, and may be more than there is.
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

/// Refuses a local file that names other files.
///
/// # Errors
/// What the file is, and the key that allows it.
pub(super) fn refuse(path: &Path) -> Result<(), SourceError> {
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
    fn what_names_other_files_is_known_by_its_content() {
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
            // FFmpeg skips an ID3 tag before it looks.
            let mut tagged = b"ID3\x03\0\0\0\0\0\x02\0\0".to_vec();
            tagged.extend(content.as_bytes());
            let hidden = kind(&tagged).unwrap_or_default();
            assert!(hidden.contains(what), "{content:?}: {hidden}");
            // It does not skip one that is longer than what it read.
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
    fn videos_are_none_also_those_with_a_header_of_text() {
        let mut avi = b"RIFF\x10\x27\0\0AVI LIST".to_vec();
        avi.extend([0; 64]);
        let mut y4m = b"YUV4MPEG2 W16 H16 F25:1\nFRAME\n".to_vec();
        y4m.extend([128; 384]);
        // A tag of music that is longer than what was read of it.
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
        let around = SourceContext {
            allow_playlists,
            ..SourceContext::default()
        };
        let address: StreamAddress = address.parse().unwrap();
        let mut source = open(&address, &around, &Shutdown::new())?;
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

    /// What is refused would give pictures of the other folder's film.
    #[test]
    fn a_playlist_leads_to_no_other_folder_unless_that_is_allowed() {
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
                "{name}: the list itself is right"
            );
            let refused = frames(&list, false).unwrap_err();
            assert!(matches!(refused, SourceError::Playlist { .. }), "{refused}");
            assert!(
                refused.to_string().contains("service.allow_playlists"),
                "{refused}"
            );
        }
        assert_eq!(frames(&hidden, false), Ok(3), "a video is one");
    }

    /// FFmpeg's own rule, which we rely on: over HTTP no file of this machine is opened.
    #[test]
    fn a_playlist_on_a_web_server_reaches_no_file() {
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
    fn a_playlists_name_is_enough() {
        for name in ["a.m3u8", "A.M3U", "b.mpd", "c.ffconcat", "d.sdp", "e.vpy"] {
            assert!(playlist(Path::new(name)).is_some(), "{name}");
        }
        assert_eq!(playlist(Path::new("not-there.mp4")), None);
    }
}
