//! What clients may change over the network, and which files a request may reach.
#![allow(clippy::unwrap_used)]

use crate::support;

use serde_json::json;
use support::service::Service;

fn open() -> Service {
    Service::start(
        "osc: null\ncameras:\n- {id: a, stream: 'synth:'}\n\
         - {id: far, stream: 'rtsp://user:secret@127.0.0.1:1/s', enabled: false}\n",
    )
}

#[test]
fn request_cannot_reach_outside_the_configuration_folder() {
    let service = open();
    let outside = tempfile::tempdir().unwrap();
    let path = |name: &str| outside.path().join(name).display().to_string();
    std::fs::write(path("film.mp4"), b"x").unwrap();
    std::fs::write(path("model.onnx"), b"x").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), service.folder().join("link")).unwrap();
    let refused = |camera: serde_json::Value, key: &str| {
        let answer = service.json("POST", "/api/v1/cameras", &camera);
        assert_eq!(answer.status, 422, "{camera}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["path"], key, "{}", answer.text);
    };
    let camera = |stream: &str| json!({"id": "x", "stream": stream});
    refused(camera(&path("film.mp4")), "stream");
    refused(camera("../film.mp4"), "stream");
    refused(camera("file:///etc/passwd"), "stream");
    refused(camera("push:"), "stream");
    #[cfg(unix)]
    refused(camera("link/film.mp4"), "stream");
    let with = |key: &str, value: serde_json::Value| {
        let mut camera = camera("synth:");
        camera[key] = value;
        camera
    };
    for model in [
        path("model.onnx"),
        "../model.onnx".into(),
        "link/model.onnx".into(),
    ] {
        refused(with("override", json!({"model": model})), "override.model");
    }
    for file in [
        path("out.jsonl"),
        "../out.jsonl".into(),
        "config.yaml".into(),
    ] {
        let sinks = json!([{"jsonl": {"path": file}}]);
        refused(with("sinks", sinks), "sinks[0].jsonl.path");
    }
    for file in [path("ca.pem"), "../ca.pem".into()] {
        let sinks = json!([{"mqtt": {"broker": "mqtts://127.0.0.1:1", "ca_file": file}}]);
        refused(with("sinks", sinks), "sinks[0].mqtt.ca_file");
    }
    let fine = with("sinks", json!([{"jsonl": {"path": "out.jsonl"}}]));
    assert_eq!(service.json("POST", "/api/v1/cameras", &fine).status, 201);
    let file = service.folder().join("out.jsonl");
    service.wait_until("snapshots are written", || {
        std::fs::metadata(&file).is_ok_and(|about| about.len() > 0)
    });
}

#[test]
fn service_keys_cannot_be_changed_over_the_network() {
    let service = open();
    let current = service.get("/api/v1/config").json();
    for (key, value) in [
        ("onnxruntime", json!("/tmp/evil.so")),
        ("log_file", json!("/tmp/log")),
        ("models_dir", json!("/")),
        ("token", json!("0123456789abcdef0")),
        ("auth", json!("none")),
        ("listen", json!("0.0.0.0")),
        ("stream_schemes", json!(["file"])),
        ("allow_playlists", json!(true)),
        ("allowed_hosts", json!(["evil.example"])),
    ] {
        let mut new = current.clone();
        new["service"] = json!({ key: value });
        let answer = service.json("PUT", "/api/v1/config", &new);
        assert_eq!(answer.status, 422, "{key}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["path"], format!("service.{key}"));
    }
    let mut new = current;
    new["service"] = json!({"log_level": "debug"});
    assert_eq!(service.json("PUT", "/api/v1/config", &new).status, 200);
}

#[test]
fn text_files_and_playlists_are_never_played() {
    let service = open();
    let outside = tempfile::tempdir().unwrap();
    let film = outside.path().join("film.avi");
    let text = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n{}cameras:\n- id: a\n  stream: 'synth:'\n  name: \"\n\n    #EXTINF:9,\n\n{}\n\n    #EXT-X-ENDLIST\"\n",
        "osc: null\n",
        film.display()
    );
    let kind = [("content-type", "application/yaml")];
    let list = "#EXTM3U\n#EXTINF:9,\n/etc/hostname\n#EXT-X-ENDLIST\n";
    let put = service.send("PUT", "/api/v1/config", &kind, text.as_bytes());
    if put.status == 200 {
        assert!(service.saved().starts_with("#EXTM3U"));
    } else {
        std::fs::write(service.config_file(), &text).unwrap();
    }
    let write = |name: &str, text: &str| std::fs::write(service.folder().join(name), text).unwrap();
    write("film.mp4", list);
    write("list.m3u8", "");
    write("list.ffconcat", "ffconcat version 1.0\nfile film.avi\n");
    write(
        "film.sdp",
        "v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    );
    write("config.yaml.bak", list);
    write("out.jsonl", "{\"seq\": 1}\n");
    write("id3.mp4", &format!("ID3\u{3}\0\0\0\0\0\0{list}"));
    let mut names = vec![
        "config.yaml",
        "./config.yaml",
        "config.yaml.bak",
        "film.mp4",
        "list.m3u8",
        "list.ffconcat",
        "film.sdp",
        "out.jsonl",
        "id3.mp4",
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("config.yaml", service.folder().join("link.mp4")).unwrap();
        names.push("link.mp4");
    }
    for name in names {
        for stream in [name.to_owned(), format!("file:{name}")] {
            let camera = json!({"id": "x", "stream": stream});
            let answer = service.json("POST", "/api/v1/cameras", &camera);
            assert_eq!(answer.status, 422, "{stream}: {}", answer.text);
            assert!(answer.text.contains(", not a video"), "{}", answer.text);
            let patch = service.json("PATCH", "/api/v1/cameras/a", &json!({"stream": stream}));
            assert_eq!(patch.status, 422, "{stream}: {}", patch.text);
            let probe = service.json("POST", "/api/v1/cameras/probe", &json!({"stream": stream}));
            assert_eq!(probe.json()["ok"], false, "{}", probe.text);
            assert!(probe.text.contains(", not a video"), "{}", probe.text);
        }
    }
    // What becomes a playlist after it was allowed is refused when it is opened.
    let later =
        json!({"id": "later", "stream": "later.mp4", "override": {"model": "builtin:motion"}});
    let added = service.json("POST", "/api/v1/cameras", &later);
    assert_eq!(added.status, 201, "{}", added.text);
    service.wait_for("later", "failed", |s| s["source_state"] == "failed");
    write("later.mp4", list);
    service.send("POST", "/api/v1/cameras/later/stop", &[], b"");
    service.send("POST", "/api/v1/cameras/later/start", &[], b"");
    service.wait_for("later", "refused", |s| {
        s["problem"]
            .as_str()
            .is_some_and(|p| p.contains("is an HLS playlist, not a video"))
    });
    // Over the network the key itself stays shut.
    let mut new = service.get("/api/v1/config").json();
    new["service"] = json!({"allow_playlists": true});
    assert_eq!(service.json("PUT", "/api/v1/config", &new).status, 422);
}

#[test]
fn probe_reads_certificates_only_from_the_folder() {
    let service = open();
    let outside = tempfile::NamedTempFile::new().unwrap();
    let outside = outside.path().display().to_string();
    let reason = |ca_file: &str| {
        let probe = json!({"stream": "mqtts://127.0.0.1:1/rextrack/a", "ca_file": ca_file});
        let probe = service.json("POST", "/api/v1/cameras/probe", &probe);
        probe.json()["reason"].as_str().unwrap().to_owned()
    };
    for path in [&outside, "../ca.pem"] {
        let reason = reason(path);
        assert!(reason.contains("ca_file must be in"), "{path}: {reason}");
    }
    // One in the folder is what the broker is known by.
    let missing = reason("not-there.pem");
    assert!(
        missing.contains("not-there.pem: the certificates cannot be read"),
        "{missing}"
    );
}
