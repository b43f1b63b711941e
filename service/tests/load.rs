//! The service under load: many cameras, many changes, many and strange clients, and
//! the power cut at any moment. Short forms here; `cargo xtask load` runs the long.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rextrack::internals::config::Config;
use serde_json::{Value, json};
use support::load::{BYTES, Camera, Dice, long, percentile, times};
use support::process::usage;
use support::service::Service;

#[test]
fn four_streams_and_twelve_crowds_share_the_machine() {
    const NAME: &str = "load::four_streams_and_twelve_crowds_share_the_machine";
    let Some(film) = support::asset(NAME, "vtest.avi") else {
        return;
    };
    let cameras: Vec<Camera> = (0..4).map_while(|_| Camera::start(&film)).collect();
    if cameras.len() < 4 {
        println!("skipped: {NAME}: gst-rtsp-server is missing (cargo xtask setup --tests)");
        return;
    }
    let Some(model) = support::people_model(NAME) else {
        return;
    };
    let models = support::models_dir().canonicalize().unwrap();
    let mut config = format!(
        "service: {{models_dir: '{}'}}\nosc: {{address_prefix: '/{{camera}}/'}}\n\
         tracking: {{model: '{model}'}}\ncameras:\n",
        models.display()
    );
    for (n, camera) in cameras.iter().enumerate() {
        config += &format!(
            "- {{id: real{n}, stream: '{}', classes_filter: [0]}}\n",
            camera.1
        );
    }
    for n in 0..12 {
        config += &format!("- {{id: synth{n}, stream: 'synth:people=8,seed={n}'}}\n");
    }
    let service = Arc::new(Service::start(&config));
    for n in 0..4 {
        service.wait_live(&format!("real{n}"));
    }
    let over = Arc::new(AtomicBool::new(false));
    // Models load and everything gets its buffers first; then it counts.
    let steady = Arc::new(AtomicBool::new(false));
    let health = {
        let (service, over) = (Arc::clone(&service), Arc::clone(&over));
        std::thread::spawn(move || {
            let mut times_ms = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let asked = Instant::now();
                assert_eq!(service.get("/health").status, 200);
                times_ms.push(asked.elapsed().as_secs_f64() * 1e3);
                std::thread::sleep(Duration::from_millis(20));
            }
            times_ms
        })
    };
    let ages = {
        let (service, over, steady) =
            (Arc::clone(&service), Arc::clone(&over), Arc::clone(&steady));
        std::thread::spawn(move || {
            let stream = TcpStream::connect(("127.0.0.1", service.port())).unwrap();
            let url = format!("{}/ws/telemetry?rate=60", service.url.replace("http", "ws"));
            let mut socket = tungstenite::client(url, stream).unwrap().0;
            let began = Instant::now();
            let (mut start_ns, mut ages_ms) = (i64::MIN, Vec::new());
            while !over.load(Ordering::Relaxed) {
                let message = socket.read().unwrap();
                let now_ns = began.elapsed().as_nanos() as i64;
                let Ok(text) = message.to_text() else {
                    continue;
                };
                let Ok(message) = serde_json::from_str::<Value>(text) else {
                    continue;
                };
                if message["type"] == "snapshot" {
                    // The service's clock, as this one reads it: by the message that
                    // was quickest on its way.
                    let sent_ns = message["sent_ns"].as_i64().unwrap();
                    start_ns = start_ns.max(sent_ns - now_ns);
                    let capture_ns = message["capture_ns"].as_i64().unwrap();
                    if !steady.load(Ordering::Relaxed) {
                        continue;
                    }
                    ages_ms.push((now_ns + start_ns - capture_ns) as f64 / 1e6);
                }
            }
            ages_ms
        })
    };
    std::thread::sleep(Duration::from_secs(times(60, 3) as u64));
    let statuses = || {
        service.get("/api/v1/cameras").json()["cameras"]
            .as_array()
            .unwrap()
            .clone()
    };
    let (first, memory) = (statuses(), usage(service.pid()));
    steady.store(true, Ordering::Relaxed);
    let began = Instant::now();
    let mut samples = Vec::new();
    for _ in 0..times(9, 1) {
        std::thread::sleep(Duration::from_secs(times(60, 5) as u64));
        samples.extend(usage(service.pid()).map(|u| u.2 / 1024));
    }
    println!("memory minute by minute: {samples:?} MiB");
    let (last, later) = (statuses(), usage(service.pid()));
    let seconds = began.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let (health_ms, ages_ms) = (health.join().unwrap(), ages.join().unwrap());

    // Of the cameras that share the model; the crowds need none.
    let mut shares = Vec::new();
    for (before, after) in first.iter().zip(&last) {
        let gain = |key: &str| after[key].as_f64().unwrap() - before[key].as_f64().unwrap();
        let (given, done) = (gain("frames_in"), gain("frames_processed"));
        println!(
            "{}: {:.1} of {:.1} frames a second processed, {:.1} ms end to end",
            after["id"].as_str().unwrap(),
            done / seconds,
            given / seconds,
            after["latency_ms"].as_f64().unwrap()
        );
        assert!(done > 0.0, "a camera stands still");
        if after["id"].as_str().unwrap().starts_with("real") {
            shares.push(done / given.max(1.0));
        }
    }
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let least = shares.iter().copied().fold(1.0, f64::min) / mean;
    let (p99, age) = (
        percentile(health_ms, 0.99),
        percentile(ages_ms.clone(), 0.999),
    );
    println!(
        "{model}: least share {:.0} % of the mean ({:.0} % of the frames), /health p99 {p99:.1} ms, \
         telemetry age p50 {:.1} p99.9 {age:.1} max {:.1} ms, memory {:?} -> {:?} (threads, descriptors, KiB)",
        least * 100.0,
        mean * 100.0,
        percentile(ages_ms.clone(), 0.5),
        percentile(ages_ms, 1.0),
        memory,
        later
    );
    // They get equal turns; how many frames their servers send meanwhile differs on a
    // busy machine.
    assert!(least >= 0.5, "a camera starves");
    // A shared machine's times are judged in the long form alone.
    if long() {
        assert!(p99 < 50.0 && age < 250.0);
        let (before, after) = (memory.unwrap().2, later.unwrap().2);
        assert!(
            after < before + 16 * 1024,
            "memory grew from {before} to {after} KiB"
        );
    }
}

#[test]
fn hundreds_of_changes_do_not_disturb_other_cameras() {
    let service = Service::start(
        "osc: null\ncameras:\n- {id: still, stream: 'synth:people=5,fps=50'}\n\
         - {id: a, stream: 'synth:people=4'}\n- {id: b, stream: 'synth:people=3'}\n",
    );
    let still = service.wait_for("still", "busy", |s| {
        s["frames_processed"].as_u64() > Some(10)
    });
    service.wait_live("b");
    let before = usage(service.pid());
    let mut dice = Dice(7);
    let (mut taken, mut refused) = (0, 0);
    for n in 0..times(200, 60) {
        let id = ["a", "b", "c"][dice.roll(3) as usize];
        let number = dice.roll(1000) as f64 / 500.0;
        let patch = match dice.roll(8) {
            0 => json!({"override": {"confidence": number}}),
            1 => json!({"override": {"objects_max": dice.roll(300)}}),
            2 => json!({"stream": format!("synth:people={},seed={n}", dice.roll(600))}),
            3 => json!({"enabled": dice.roll(2) == 0}),
            4 => json!({"roi": [0.0, 0.0, number, 1.0]}),
            5 => {
                let class = ["person", "unicorn"][dice.roll(2) as usize];
                json!({ "classes_filter": [class] })
            }
            6 => json!({"max_fps": number * 200.0}),
            _ => json!({"override": {"object_persistence_ms": dice.roll(5000)}}),
        };
        let path = format!("/api/v1/cameras/{id}");
        let answer = match (id, dice.roll(4)) {
            ("c", 0) => service.send("DELETE", &path, &[], b""),
            ("c", 1) => {
                let camera = json!({"id": "c", "stream": "synth:people=2"});
                service.json("POST", "/api/v1/cameras", &camera)
            }
            _ => service.json("PATCH", &path, &patch),
        };
        match answer.status {
            200 | 201 | 204 => taken += 1,
            404 | 409 | 422 => refused += 1,
            other => panic!("{id} {patch}: {other} {}", answer.text),
        }
        // On the disk is what is in force.
        let saved = Config::load(&service.config_file()).unwrap();
        let cameras = service.get("/api/v1/cameras").json()["cameras"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(saved.cameras.len(), cameras);
    }
    println!("{taken} changes made, {refused} refused");
    assert!(taken > 20 && refused > 10);
    let after = service.status("still");
    let gain = |key: &str| after[key].as_i64().unwrap() - still[key].as_i64().unwrap();
    // It was never started again, and most of its frames were processed even where
    // other tests use the machine too; the counts are read one after the other.
    assert_eq!(gain("reconnects"), 0);
    assert_eq!(after["source_state"], "live");
    let (given, processed) = (gain("frames_in"), gain("frames_processed"));
    assert!(given > 0 && 2 * processed > given, "{processed} of {given}");
    let open = given - processed - gain("dropped");
    assert!(
        (-2..=2).contains(&open),
        "{open} frames are unaccounted for"
    );
    // As many threads and descriptors as for so many cameras before.
    service.send("DELETE", "/api/v1/cameras/c", &[], b"");
    for id in ["a", "b"] {
        let patch = json!({"enabled": true, "stream": "synth:", "max_fps": 0, "roi": null,
            "classes_filter": [], "override": {"object_persistence_ms": null}});
        let answer = service.json("PATCH", &format!("/api/v1/cameras/{id}"), &patch);
        assert_eq!(answer.status, 200, "{}", answer.text);
        service.wait_live(id);
    }
    if let Some(before) = before {
        service.wait_until("threads and descriptors are as before", || {
            let (threads, descriptors, _) = usage(service.pid()).unwrap();
            threads <= before.0 + 1 && descriptors <= before.1 + 1
        });
    }
}

#[test]
fn file_is_complete_whenever_the_process_is_killed() {
    let mut folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(11);
    let mut changes = 0;
    for cut in 0..times(50, 8) {
        let mut service = Service::start_in(folder, &[]);
        let after = Instant::now() + Duration::from_millis(5 + dice.roll(250));
        let url = format!("{}/api/v1/cameras/demo", service.url);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .into();
        let writer = std::thread::spawn(move || {
            // Until nobody answers any more.
            let patch = |n: u64| {
                let name = format!("name {} {}", n, "x".repeat((n % 2000) as usize));
                let body = json!({"name": name}).to_string();
                let request = agent.patch(&url).header("content-type", "application/json");
                request.send(&body).is_ok()
            };
            (0..).take_while(|n| patch(*n)).count()
        });
        std::thread::sleep(after.saturating_duration_since(Instant::now()));
        service.kill();
        changes += writer.join().unwrap();
        for name in ["config.yaml", "config.yaml.bak"] {
            let path = service.folder().join(name);
            if path.exists() {
                let read = Config::load(&path);
                assert!(
                    read.is_ok_and(|c| c.cameras[0].id == "demo"),
                    "cut {cut}: {name}"
                );
            }
        }
        folder = service.into_folder();
    }
    println!("{changes} changes, cut off {} times", times(50, 8));
}

#[test]
fn strange_and_slow_clients_do_not_delay_others() {
    let service = Service::start(
        "osc: null\ncameras:\n- {id: a, stream: 'synth:'}\n\
         - {id: b, stream: 'synth:'}\n",
    );
    service.wait_live("a");
    let connect = || TcpStream::connect(("127.0.0.1", service.port())).unwrap();
    // Idle WebSockets.
    let idle: Vec<_> = (0..times(500, 100))
        .map(|_| {
            let url = format!("{}/ws/telemetry?rate=1", service.url.replace("http", "ws"));
            tungstenite::client(url, connect()).unwrap().0
        })
        .collect();
    // Requests that never get finished.
    let mut loris: Vec<TcpStream> = (0..times(300, 50))
        .map(|_| {
            let mut stream = connect();
            stream
                .write_all(b"POST /api/v1/cameras HTTP/1.1\r\nhost: localhost\r\nx-")
                .unwrap();
            stream
        })
        .collect();
    let mut dice = Dice(3);
    let mut statuses = std::collections::BTreeMap::new();
    for n in 0..times(10_000, 500) {
        if n % 50 == 0 {
            for stream in &mut loris {
                stream.write_all(b"a").ok();
            }
        }
        let method = ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"][dice.roll(6) as usize];
        let path = [
            "/api/v1/cameras",
            "/api/v1/cameras/b",
            "/api/v1/cameras/%00",
            "/api/v1/config",
            "/api/v1/config/check",
            "/health",
            "/metrics",
            "/../../etc/passwd",
            "/assets/%2e%2e",
            "/api/v1/cameras/probe",
            "/ws/telemetry",
            "/api/v1/session",
        ][dice.roll(12) as usize];
        let length = match dice.roll(20) {
            0 => 3_000_000,
            _ => dice.roll(400) as usize,
        };
        let body: Vec<u8> = (0..length)
            .map(|_| BYTES[dice.roll(BYTES.len() as u64) as usize])
            .collect();
        let kind = ["application/json", "application/yaml", "text/plain"][dice.roll(3) as usize];
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n"
        );
        let mut stream = connect();
        stream
            .set_read_timeout(Some(support::service::TIMEOUT))
            .unwrap();
        // It may be refused before all of it is sent.
        stream.write_all(head.as_bytes()).ok();
        stream.write_all(&body).ok();
        let mut start = [0; 12];
        if stream.read_exact(&mut start).is_err() {
            *statuses.entry("closed".to_owned()).or_insert(0) += 1;
            continue;
        }
        let status = String::from_utf8_lossy(&start[9..12]).into_owned();
        assert!(!status.starts_with('5'), "{method} {path}: {status}");
        *statuses.entry(status).or_insert(0) += 1;
    }
    println!(
        "{statuses:?}, with {} idle and {} slow clients",
        idle.len(),
        loris.len()
    );
    let asked = Instant::now();
    assert_eq!(service.get("/health").status, 200);
    println!("then /health answered in {:?}", asked.elapsed());
    let before = service.status("a")["frames_processed"].as_u64();
    service.wait_for("a", "further on", |s| {
        s["frames_processed"].as_u64() > before
    });
    if long() {
        // Who never finishes is shut out, after 15 s.
        let mut slow = loris.pop().unwrap();
        slow.set_read_timeout(Some(support::service::TIMEOUT))
            .unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).ok();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
}

#[test]
fn generated_requests_get_documented_answers() {
    const NAME: &str = "load::generated_requests_get_documented_answers";
    let program = std::env::current_exe()
        .unwrap()
        .ancestors()
        .map(|a| a.join("venv/bin/schemathesis"))
        .find(|p| p.is_file());
    let Some(program) = program else {
        println!("skipped: {NAME}: schemathesis is missing (cargo xtask setup --tests)");
        return;
    };
    let service = Service::start("osc: null\ncameras:\n- {id: a, stream: 'synth:'}\n");
    let examples = times(100, 5).to_string();
    let output = Command::new(program)
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", service.url))
        .args(["--url", &format!("{}/api/v1", service.url)])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,\
            content_type_conformance,response_schema_conformance",
        ])
        .args([
            "--phases",
            if long() {
                "examples,coverage,fuzzing"
            } else {
                "examples,fuzzing"
            },
        ])
        .args(["--max-examples", &examples, "--seed", "1"])
        .current_dir(service.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let cases = said
        .lines()
        .find(|line| line.contains("generated, "))
        .unwrap_or_default();
    println!("{}", cases.trim());
    assert!(output.status.success(), "{said}");
    assert_eq!(
        service.get("/health").json()["version"],
        env!("CARGO_PKG_VERSION")
    );
}
