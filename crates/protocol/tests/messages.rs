//! Tests that each message survives serialisation and deserialisation.

use options::{Engine, Options};
use picture::{Frame, Losses};
use protocol::{
    BUILD, Ending, Event, ExportEvent, ExportKind, ExportRequest, Failure, JobId, Masked, PackPlace, Phase,
    PictureId, Request, Start, Styled, decode, encode,
};

#[test]
fn a_request_survives_the_border() {
    let request = Request::Paint {
        job: JobId(7),
        options: Box::new(Options { content_weight: 0.1, seed: u64::MAX, ..Options::default() }),
        pack: PackPlace { name: "fast".into(), elsewhere: None },
        content: PictureId(1),
        styles: vec![Styled { picture: PictureId(2), weight: 0.3 }],
        mask: Some(Masked { id: 1, width: 64, height: 43 }),
        content_map: Some(Masked { id: 2, width: 64, height: 43 }),
        start: Start::GoOn { step: 30, width: 64, height: 43 },
    };
    assert_eq!(decode::<Request>(&encode(&request).unwrap()).unwrap(), request);
}

#[test]
fn events_survive_the_border() {
    let losses = Losses { total: 0.541_999_7, content: 1e-12, style: 0.5, tv: 0.04 };
    for event in [
        Event::Ready { engine: Engine::Gpu, device: "a \"quoted\" name".into(), build: BUILD.into() },
        Event::Paced { pack: "fast".into(), engine: Engine::Cpu, pace: 0.123_456_789 },
        Event::Loading {
            job: JobId(1),
            phase: Phase::Weights { bytes: 1, total: 13_000_000, cached: false, kept: true },
        },
        Event::Started { job: JobId(1), width: 64, height: 43, network: "Impasto Fast".into() },
        Event::Progress { job: JobId(1), made: 3, step: 2, losses },
        Event::Done { job: JobId(1), reason: Ending::Stopped, step: 3, losses: Some(losses) },
        Event::Failed { job: None, failure: Failure::NoWebGpu("no adapter".into()) },
        Event::Failed { job: Some(JobId(2)), failure: Failure::Diverged(4) },
    ] {
        assert_eq!(decode::<Event>(&encode(&event).unwrap()).unwrap(), event);
    }
}

#[test]
fn export_requests_and_their_events_survive_the_border() {
    let titles = vec!["the \"cat\"".to_owned(), "Wave".to_owned()];
    let request = ExportRequest { what: ExportKind::Triptych, width: 640, height: 427, titles, recipe: None };
    let recipe = Some("{\"network\":\"Impasto Fast\"}".to_owned());
    for request in [request.clone(), ExportRequest { what: ExportKind::Png, recipe, ..request }] {
        assert_eq!(decode::<ExportRequest>(&encode(&request).unwrap()).unwrap(), request);
    }
    for outcome in [
        ExportEvent::Part(0.5),
        ExportEvent::Made,
        ExportEvent::Failed { failure: Failure::Decode("cat".into()) },
    ] {
        assert_eq!(decode::<ExportEvent>(&encode(&outcome).unwrap()).unwrap(), outcome);
    }
}

#[test]
fn every_worker_that_cannot_be_loaded_says_so_in_the_same_words() {
    // As written in `www/worker.js`.
    let words = r#"{"failed":{"job":null,"failure":{"kind":"crashed","detail":"it could not be loaded"}}}"#;
    let failure = Failure::Crashed("it could not be loaded".into());
    assert_eq!(decode::<Event>(words).unwrap(), Event::Failed { job: None, failure: failure.clone() });
    assert_eq!(decode::<ExportEvent>(words).unwrap(), ExportEvent::Failed { failure });
}

#[test]
fn pixels_never_pass_through_json() {
    let frame = Frame { width: 1, height: 1, step: 1, losses: None, rgba: vec![9; 4] };
    let text = encode(&Event::Frame { job: JobId(1), frame: frame.clone() }).unwrap();
    assert!(!text.contains("rgba"), "{text}");
    let Event::Frame { frame: received, .. } = decode(&text).unwrap() else { panic!("not a frame") };
    assert_eq!(received, Frame { rgba: Vec::new(), ..frame });
}

#[test]
fn a_stale_message_is_an_error_that_says_what_to_do() {
    let error = decode::<Event>(r#"{"greeting":{}}"#).unwrap_err();
    assert!(error.to_string().contains("reload the page"), "{error}");
}

#[test]
fn every_failure_names_its_kind_as_json_does() {
    for failure in [
        Failure::NoWebGpu(String::new()),
        Failure::DeviceLost(String::new()),
        Failure::OutOfMemory(String::new()),
        Failure::Decode(String::new()),
        Failure::Fetch(String::new()),
        Failure::Weights(String::new()),
        Failure::Options(String::new()),
        Failure::Diverged(1),
        Failure::Outdated,
        Failure::Falsified,
        Failure::Crashed(String::new()),
    ] {
        let text = encode(&failure).unwrap();
        assert!(text.contains(&format!("\"kind\":\"{}\"", failure.kind())), "{text}");
    }
}

#[test]
fn what_found_no_memory_is_told_from_what_broke_down() {
    for words in [
        "called `Result::unwrap()` on an `Err` value: JsValue(RangeError: createBuffer failed, size is too large)",
        "Uncaught RangeError: Array buffer allocation failed",
        "memory allocation of 1073741824 bytes failed",
        "capacity overflow",
        "wgpu error: Out of Memory",
    ] {
        assert!(matches!(Failure::of_breakdown(words), Failure::OutOfMemory(_)), "{words}");
    }
    for words in [
        "Uncaught RangeError: Maximum call stack size exceeded",
        "Uncaught RuntimeError: unreachable",
        "index out of bounds: the len is 3 but the index is 4",
    ] {
        assert_eq!(Failure::of_breakdown(words), Failure::Crashed(words.into()));
    }
}

#[test]
fn no_file_is_named_to_a_visitor() {
    let words = "panicked at /home/me/.cargo/registry/src/index-1/wgpu-30.0.1/src/backend/webgpu.rs:2461:54:\n\
        called `Result::unwrap()` on an `Err` value: JsValue(RangeError: no room\nRangeError: no room\n\
        \u{20}   at GPUDevice.createBuffer (http://127.0.0.1:8000/worker-gpu.js:1:2)\nopen@https://a.example/b.js:3:4)";
    let failure = Failure::of_breakdown(words);
    let details = failure.details().unwrap();
    assert!(details.contains("RangeError: no room"), "{details}");
    for text in [details, failure.to_string()] {
        assert!(!text.contains('/') && !text.contains(".rs:") && !text.contains(".js:"), "{text}");
    }
    // Not only its address is said of a script that is missing.
    let missing = Failure::Crashed(
        "worker-cpu could not be loaded: Failed to execute 'importScripts' on 'WorkerGlobalScope': The script at \
         'http://127.0.0.1:8000/worker-cpu-0a.js' failed to load"
            .into(),
    );
    assert_eq!(
        missing.details().as_deref(),
        Some(
            "worker-cpu could not be loaded: Failed to execute 'importScripts' on 'WorkerGlobalScope': The script at failed to load"
        )
    );
    let long = Failure::Crashed("ä".repeat(1000)).details().unwrap();
    assert_eq!(long.chars().count(), 300);
}
