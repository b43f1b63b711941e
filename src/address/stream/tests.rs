//! Parsing and showing of stream addresses.
#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> StreamAddress {
    text.parse().unwrap()
}

fn error(text: &str) -> AddressError {
    text.parse::<StreamAddress>().unwrap_err()
}

/// Host, port, user, password of an address.
fn parts(text: &str) -> (String, u16, String, String) {
    let address = parse(text);
    let (user, password) = address.user_password().unwrap_or_default();
    (
        address.host().unwrap().into(),
        address.port().unwrap(),
        user,
        password,
    )
}

#[test]
fn common_addresses_are_parsed() {
    for (text, host, port, user, password) in [
        ("rtsp://user:pass@host/...", "host", 554, "user", "pass"),
        ("rtsp://cam.lan:8554/live", "cam.lan", 8554, "", ""),
        ("RTSPS://cam/live", "cam", 322, "", ""),
        ("http://10.0.0.5/mjpg?ch=1", "10.0.0.5", 80, "", ""),
        (
            "https://cam.example.com:8443/x.m3u8",
            "cam.example.com",
            8443,
            "",
            "",
        ),
        ("rtsp://[fe80::1]:8554/a", "fe80::1", 8554, "", ""),
        ("rtsp://u:p@[2001:db8::2]/a", "2001:db8::2", 554, "u", "p"),
        ("rtsp://[fe80::1%25eth0]/a", "fe80::1%25eth0", 554, "", ""),
        ("rtsp://user@cam/a", "cam", 554, "user", ""),
        ("rtsp://u:p%40ss%2F@cam/a", "cam", 554, "u", "p@ss/"),
        ("rtsp://u:100%@cam/a", "cam", 554, "u", "100%"),
        ("rtsp://u:a:b@cam/a", "cam", 554, "u", "a:b"),
    ] {
        let want = (host.to_owned(), port, user.to_owned(), password.to_owned());
        assert_eq!(parts(text), want, "{text}");
    }
    assert_eq!(parse("webcam:2"), StreamAddress::Webcam { index: 2 });
    assert_eq!(parse("push:"), StreamAddress::Push);
}

/// Each line is a real form of camera address or password.
#[test]
fn credentials_may_contain_reserved_characters() {
    for (text, host, port, password) in [
        (
            "rtsp://admin:p@ss#1/x@192.168.1.10:554/a",
            "192.168.1.10",
            554,
            "p@ss#1/x",
        ),
        (
            "rtsp://admin:p@ss@192.168.1.10/a",
            "192.168.1.10",
            554,
            "p@ss",
        ),
        ("rtsp://admin:a/b@cam/a", "cam", 554, "a/b"),
        ("rtsp://admin:a#b@cam/a", "cam", 554, "a#b"),
        ("rtsp://admin:a?b=c@cam.lan/a", "cam.lan", 554, "a?b=c"),
        (
            "rtsp://admin:12/34@192.168.1.10/a",
            "192.168.1.10",
            554,
            "12/34",
        ),
        ("rtsp://admin:12#34@cam/a", "cam", 554, "12#34"),
        ("rtsp://admin:a b@cam/a", "cam", 554, "a b"),
        ("http://u:p@10.0.0.5/a?mail=x@y.com", "10.0.0.5", 80, "p"),
        (
            "rtsp://u:p/q@10.0.0.5/a?mail=x@y.com",
            "10.0.0.5",
            554,
            "p/q",
        ),
    ] {
        let (got_host, got_port, _, got_password) = parts(text);
        assert_eq!(
            (got_host.as_str(), got_port, got_password.as_str()),
            (host, port, password)
        );
    }
}

#[test]
fn at_sign_in_path_does_not_end_credentials() {
    for (text, host) in [
        ("rtsp://cam/live@main", "cam"),
        ("rtsp://192.168.1.10:554/live@main", "192.168.1.10"),
        ("rtsp://nvr:8554/live@main/1", "nvr"),
        ("http://cam.lan/a?mail=x@y.com", "cam.lan"),
    ] {
        assert_eq!(parse(text).host(), Some(host));
        assert_eq!(parse(text).user_password(), None);
    }
}

#[test]
fn file_path_is_the_same_on_every_system() {
    for (text, path) in [
        (r"C:\video\a.mp4", r"C:\video\a.mp4"),
        ("c:/video/a.mp4", "c:/video/a.mp4"),
        ("file:///C:/my%20video/a.mp4", "C:/my video/a.mp4"),
        ("file:///home/a/b.mp4", "/home/a/b.mp4"),
        ("file://localhost/home/a.mp4", "/home/a.mp4"),
        ("file:a.mp4", "a.mp4"),
        (r"\\nas\video\a.mp4", r"\\nas\video\a.mp4"),
        ("../video/a.mp4", "../video/a.mp4"),
        ("clip 10:30.mp4", "clip 10:30.mp4"),
    ] {
        assert_eq!(
            parse(text),
            StreamAddress::File { path: path.into() },
            "{text}"
        );
    }
}

#[test]
fn only_relative_files_are_resolved_against_a_folder() {
    let folder = Path::new("conf");
    let at = |text: &str| parse(text).relative_to(folder).expose();
    assert_eq!(at("a.mp4"), folder.join("a.mp4").display().to_string());
    assert_eq!(at(r"C:\a.mp4"), r"C:\a.mp4");
    assert_eq!(at("webcam:1"), "webcam:1");
    assert_eq!(at("rtsp://cam/a"), "rtsp://cam/a");
}

#[test]
fn exposed_address_is_a_well_formed_url() {
    assert_eq!(
        parse("RTSP://admin:p@ss#1/x@192.168.1.10:554/a?b=c").expose(),
        "rtsp://admin:p%40ss%231%2Fx@192.168.1.10:554/a?b=c"
    );
    assert_eq!(
        parse("rtsp://u:p%40s@cam/a").expose(),
        "rtsp://u:p%40s@cam/a"
    );
    assert_eq!(parse("rtsp://u@[::1]:1/a").expose(), "rtsp://u@[::1]:1/a");
}

#[test]
fn invalid_address_is_rejected_by_kind() {
    #[cfg(feature = "mqtt")]
    use AddressError::Topic;
    use AddressError::{Empty, Host, NoScheme, Synth, UnknownScheme, Webcam};
    assert_eq!(error(" "), Empty);
    assert!(matches!(error("rtmp://u:p@cam/a"), UnknownScheme { .. }));
    assert!(matches!(error("push:2"), UnknownScheme { .. }));
    assert!(matches!(error("admin:p@cam/a"), NoScheme { .. }));
    assert!(matches!(error("webcam:x"), Webcam { .. }));
    assert!(matches!(error("synth:people=x"), Synth { .. }));
    #[cfg(feature = "mqtt")]
    for text in ["mqtt://node/", "mqtt://node/rextrack/#"] {
        assert!(matches!(error(text), Topic { .. }), "{text}");
    }
    for text in [
        "rtsp://",
        "rtsp:///a",
        "rtsp:/u:hunter2@cam",
        "rtsp://cam:99999/",
        "http://:80",
    ] {
        assert!(matches!(error(text), Host { .. }), "{text}");
    }
}

#[test]
fn errors_state_address_and_remedy_without_password() {
    for (text, words) in [
        ("rtmp://u:hunter2@cam/a", "unknown kind of source 'rtmp'"),
        ("admin:hunter2@cam/a", "write rtsp://admin:***@cam/a"),
        ("a:hunter2@cam/a", "write rtsp://a:***@cam/a"),
        ("the boss:hunter2@cam/a", "write rtsp://the boss:***@cam/a"),
        ("rtsp:/u:hunter2@cam", "write rtsp://HOST/PATH"),
        ("webcam:x", "webcam:0"),
    ] {
        let message = error(text).to_string();
        assert!(message.contains(words), "{text}: {message}");
        assert!(!message.contains("hunter2"), "{text}: {message}");
    }
}

#[test]
fn control_character_is_rejected_in_every_part_and_encoding() {
    for text in [
        "http://cam:6379/\r\nFLUSHALL\r\nX: y",
        "rtsp://cam/a\nb",
        "rtsp://u:p\0q@cam/a",
        "rtsp://u:p%0d%0aX-Header:%20y@cam/a",
        "rtsp://u%0A:p@cam/a",
        "http://cam/%0D%0AFLUSHALL",
        "http://cam/a?x=%00",
        "rtsp://u:p%C2%85@cam/a",
        "a\x1b[2Jb.mp4",
        "file:///a%0Ab.mp4",
        "mqtt://cam/rextrack\r/a",
        "web\ncam:0",
    ] {
        let error = error(text);
        assert!(
            matches!(error, AddressError::Control { .. }),
            "{text:?}: {error}"
        );
        let message = error.to_string();
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(!message.contains("p%0d"), "{message}");
    }
    let broker = "mqtt://u:p%0a@cam".parse::<NetworkAddress>();
    assert!(matches!(broker, Err(AddressError::Control { .. })));
    // White space around an address is ignored.
    assert_eq!(parse(" webcam:0\n"), StreamAddress::Webcam { index: 0 });
}

#[test]
fn listed_schemes_are_the_supported_ones() {
    for scheme in StreamAddress::SCHEMES {
        let rest = match *scheme {
            "webcam" => "0",
            "synth" => "",
            "mqtt" => "//broker/rextrack/a",
            _ => "//host/a",
        };
        match format!("{scheme}:{rest}").parse::<StreamAddress>() {
            Ok(_) | Err(AddressError::Without { .. }) => {}
            Err(other) => panic!("{scheme}: {other}"),
        }
        assert!(error("nothing://x").to_string().contains(scheme));
    }
}

proptest! {
    #[test]
    fn shown_address_never_contains_the_password(
        user in "[a-z]{1,8}",
        secret in "[!-~]{5,20}",
        host in "cam|192\\.168\\.1\\.10|cam\\.lan:8554",
    ) {
        let text = format!("rtsp://{user}:{secret}@{host}/live");
        let frame = format!("StreamAddress(rtsp://{user}:***@{host}/live)");
        prop_assume!(!frame.contains(&secret));
        let shown = match text.parse::<StreamAddress>() {
            Ok(address) => format!("{address} {address:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!shown.contains(&secret), "{}", shown);
    }

    #[test]
    fn encoded_password_is_decoded_exactly(secret in "\\PC{0,20}") {
        let encoded: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
        let address = parse(&format!("rtsp://u:{encoded}@cam/a"));
        prop_assert_eq!(address.user_password(), Some(("u".into(), secret)));
        // Exposing and reading again gives the same credentials.
        prop_assert_eq!(parse(&address.expose()).user_password(), address.user_password());
    }

    #[test]
    fn arbitrary_text_does_not_panic(text in "\\PC*") {
        let _ = text.parse::<StreamAddress>();
        let _ = format!("rtsp://{text}").parse::<StreamAddress>();
    }
}
