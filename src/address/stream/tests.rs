//! Addresses as people write them.
#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> StreamAddress {
    text.parse().unwrap()
}

fn error(text: &str) -> String {
    text.parse::<StreamAddress>().unwrap_err().to_string()
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
fn reads_the_addresses_people_have() {
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

/// Each line is a camera or a password that someone has.
#[test]
fn finds_the_end_of_odd_credentials() {
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
fn an_at_sign_in_the_path_is_not_a_password() {
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
fn files_keep_their_paths_on_every_system() {
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
fn relative_files_move_under_a_folder_and_nothing_else_does() {
    let folder = Path::new("conf");
    let at = |text: &str| parse(text).relative_to(folder).expose();
    assert_eq!(at("a.mp4"), folder.join("a.mp4").display().to_string());
    assert_eq!(at(r"C:\a.mp4"), r"C:\a.mp4");
    assert_eq!(at("webcam:1"), "webcam:1");
    assert_eq!(at("rtsp://cam/a"), "rtsp://cam/a");
}

#[test]
fn what_is_opened_is_a_well_formed_url() {
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
fn errors_name_the_address_and_the_remedy() {
    assert!(error(" ").contains("rtsp://HOST/PATH"));
    assert!(error("rtmp://u:hunter2@cam/a").contains("unknown kind of source 'rtmp'"));
    assert!(error("admin:hunter2@cam/a").contains("write rtsp://admin:***@cam/a"));
    assert!(error("webcam:x").contains("webcam:0"));
    assert!(error("synth:people=x").contains("people must be a number within 0..500"));
    assert!(error("push:2").contains("unknown kind of source 'push'"));
    assert!(error("mqtt://node/").contains("as mqtt://BROKER/rextrack/CAMERA"));
    for text in [
        "rtsp://",
        "rtsp:///a",
        "rtsp:/u:hunter2@cam",
        "rtsp://cam:99999/",
        "http://:80",
    ] {
        assert!(
            error(text).contains("no valid host"),
            "{text}: {}",
            error(text)
        );
    }
    for text in [
        "rtmp://u:hunter2@cam/a",
        "admin:hunter2@cam/a",
        "a:hunter2@cam/a",
        "the boss:hunter2@cam/a",
        "rtsp:/u:hunter2@cam",
    ] {
        assert!(!error(text).contains("hunter2"), "{text}");
    }
}

#[test]
fn control_characters_are_refused_in_every_part_and_spelling() {
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
        let said = error(text);
        assert!(said.contains("control character (U+00"), "{text:?}: {said}");
        assert!(!said.contains(char::is_control), "{said:?}");
        assert!(!said.contains("p%0d"), "{said}");
    }
    let broker = "mqtt://u:p%0a@cam".parse::<NetworkAddress>();
    assert!(matches!(broker, Err(AddressError::Control { .. })));
    // White space around an address is no part of it.
    assert_eq!(parse(" webcam:0\n"), StreamAddress::Webcam { index: 0 });
}

#[test]
fn the_schemes_are_those_that_are_read() {
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
        assert!(error("nothing://x").contains(scheme));
    }
}

proptest! {
    #[test]
    fn what_is_shown_never_holds_the_password(
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
    fn an_encoded_password_comes_back_exactly(secret in "\\PC{0,20}") {
        let encoded: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
        let address = parse(&format!("rtsp://u:{encoded}@cam/a"));
        prop_assert_eq!(address.user_password(), Some(("u".into(), secret)));
        // Exposing and reading again gives the same credentials.
        prop_assert_eq!(parse(&address.expose()).user_password(), address.user_password());
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "\\PC*") {
        let _ = text.parse::<StreamAddress>();
        let _ = format!("rtsp://{text}").parse::<StreamAddress>();
    }
}
