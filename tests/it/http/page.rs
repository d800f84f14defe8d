//! The page for people, and its data.

use super::*;
use flate2::read::GzDecoder;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tachometer::FullSnapshot;

const JSON: &str = "Accept: application/json\r\n";

fn data(address: SocketAddr, path: &str) -> Json {
    let answer = get(address, path, JSON);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    serde_json::from_str(answer.text()).expect("JSON")
}

/// Returns what is between two tags of the document, which occur once.
fn between<'a>(document: &'a str, begin: &str, end: &str) -> &'a str {
    let [_, rest] = document.split(begin).collect::<Vec<_>>()[..] else {
        panic!("{begin} is not there once")
    };
    rest.split_once(end).expect(end).0
}

/// Returns the hash of an inline style or script, as a policy names it.
fn source(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text)))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let group = (0..3).fold(0, |group, at| group << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        (0..4).map(
            move |at| {
                if at <= chunk.len() { char::from(DIGITS[group >> (18 - 6 * at) & 63]) } else { '=' }
            },
        )
    });
    digits.collect()
}

#[test]
fn the_policy_allows_the_document_and_nothing_else() {
    let server = serve(&endpoint(&registry()));
    let answer = get(*server.address(), "/", "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let document = answer.text();
    let [style, script] = [("<style>", "</style>"), ("<script>", "</script>")]
        .map(|(begin, end)| source(between(document, begin, end)));
    let policy = format!(
        "default-src 'none'; connect-src 'self'; style-src {style}; script-src {script}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    );
    assert_eq!(answer.header("content-security-policy"), Some(&*policy));
}

#[test]
fn the_document_is_small_and_makes_no_markup_of_texts() {
    let document = tachometer::http::expose_page([("accept", "text/html")]);
    let text = String::from_utf8(document.body).expect("UTF-8");
    let compressed = tachometer::http::expose_page([("accept-encoding", "gzip")]);
    assert_eq!(compressed.content_encoding, Some("gzip"));
    let mut same = String::new();
    GzDecoder::new(&compressed.body[..]).read_to_string(&mut same).expect("gzip");
    assert_eq!(same, text);
    assert!(text.len() <= 40 * 1024, "{} bytes", text.len());
    let forbidden = [
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "DOMParser",
        "eval(",
        "Function(",
        "http:",
        "https:",
        "style=",
        "onclick",
        "javascript:",
        "srcdoc",
        "@import",
        "url(",
    ];
    for word in forbidden {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn the_document_has_no_name_of_the_program() {
    let registry = registry();
    let before = registry.expose_page([("accept", "text/html")]).body;
    registry.register_counter("a_name_of_the_program").add(3);
    assert_eq!(registry.expose_page([("accept", "text/html")]).body, before);
}

#[test]
fn data_have_the_values_of_the_snapshot() {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    registry.float_gauge("heat_celsius", "Heat").set(f64::NAN);
    let bounds = [1_000_000, 1_000_000_000];
    let times = registry.histogram_of_time("upload_seconds", "\"Uploads\"\n<script>", &bounds);
    for millis in [0, 3, 3, 70, 2_000] {
        times.observe_duration(Duration::from_millis(millis));
    }
    registry.register_histogram("wait", [10, 20]).record(7);
    let server = serve(&endpoint(&registry));
    let data = data(*server.address(), "/");
    let series = |name: &str| {
        let families = data["metrics"].as_array().expect("families");
        let family = families.iter().find(|family| family["name"] == name).expect(name);
        (family["help"].clone(), family["series"][0].clone())
    };
    assert_eq!(series("jobs_total").1["value"], 3.0);
    assert_eq!(series("heat_celsius").1["value"], "NaN");
    let (help, uploads) = series("upload_seconds");
    assert_eq!(help, "\"Uploads\"\n<script>");
    let snapshot = registry.snapshot_all();
    let families = snapshot.families();
    let of_uploads = families.iter().find(|family| family.name == "upload_seconds").expect("uploads");
    let Value::Histogram(distribution) = &of_uploads.series[0].value else { panic!("no histogram") };
    let native = distribution.native().expect("native buckets");
    let pairs: Vec<i64> = native
        .buckets()
        .flat_map(|(index, count)| [i64::from(index), i64::try_from(count).expect("few")])
        .collect();
    assert_eq!(uploads["buckets"], Json::from(pairs));
    assert_eq!((&uploads["schema"], &uploads["zeros"]), (&Json::from(3), &Json::from(1)));
    assert_eq!((&uploads["count"], &uploads["sum"]), (&Json::from(5), &Json::from(2_076_000_000_u64)));
    assert_eq!((&uploads["min"], &uploads["max"]), (&Json::from(0), &Json::from(2_000_000_000)));
    let (_, wait) = series("wait_latency_us");
    assert_eq!(wait["bounds"], Json::from(vec![10, 20, u64::MAX]));
    assert_eq!(wait["buckets"], Json::from(vec![0, 1]));
}

/// The line of the annotation.
const PLACE: u32 = line!() + 2;

#[tachometer::instrumented(labels(text = text))]
fn looked_at(text: &str) -> Result<(), String> {
    if text.is_empty() { Err("empty".to_owned()) } else { Ok(()) }
}

#[test]
fn data_have_functions_with_labels_of_any_text() {
    let hostile = "</script><img src=x onerror=alert(1)>\"\\\n\u{202e}\0";
    looked_at(hostile).expect("no error");
    looked_at(hostile).expect("no error");
    looked_at("").expect_err("an error");
    let page = tachometer::http::expose_page([("accept", "application/json"), ("accept-encoding", "gzip")]);
    // It would take longer than all else.
    assert_eq!(page.content_encoding, None);
    let data: Json = serde_json::from_slice(&page.body).expect("JSON");
    let functions = data["functions"].as_array().expect("functions");
    let of = |text: &str| {
        let labels = Json::from(vec![vec!["text", text]]);
        functions
            .iter()
            .find(|one| one["name"] == "looked_at" && one["labels"] == labels)
            .expect("the function")
    };
    assert_eq!((&of(hostile)["ok"], &of(hostile)["errors"]), (&Json::from(2), &Json::from(0)));
    assert_eq!(of(hostile)["count"], 2);
    let snapshot = tachometer::snapshot();
    let known = snapshot.functions.iter().find(|one| one.function == "looked_at" && one.errors == 1);
    let known = known.expect("the function");
    assert_eq!((&of("")["errors"], &of("")["sum"]), (&Json::from(1), &Json::from(known.latency().sum())));
    assert_eq!(of("")["module"], known.module);
    let (file, line) = known.place().expect("a place");
    assert_eq!((file, line), (file!(), PLACE));
    assert_eq!((&of("")["file"], &of("")["line"]), (&Json::from(file), &Json::from(line)));
}

#[test]
fn looking_is_no_scrape() {
    let registry = registry();
    let server = serve(&endpoint(&registry));
    for lines in ["", JSON] {
        assert_eq!(get(*server.address(), "/", lines).status, 200);
    }
    assert_eq!(scrapes(&registry, "text", "ok"), Some(0));
}

#[test]
fn other_methods_are_refused() {
    let server = serve(&endpoint(&registry()));
    for path in ["/", "/snapshot.json"] {
        let post = ask(*server.address(), &format!("POST {path} HTTP/1.1\r\nHost: x\r\n{JSON}\r\n"));
        assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")), "{path}");
        let head = ask(*server.address(), &format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
}

#[test]
fn each_registry_has_data() {
    let (one, other) = (registry(), registry());
    one.register_counter("one_total");
    other.register_counter("other_total");
    let server = serve(&Endpoint::new().path("/a", &one).path("/b", &other));
    for (path, name) in [("/", "one_total"), ("/?registry=0", "one_total"), ("/?registry=1", "other_total")] {
        let data = data(*server.address(), path);
        assert_eq!(data["registries"], Json::from(vec!["/a", "/b"]));
        let families = data["metrics"].as_array().expect("families");
        assert!(families.iter().any(|family| family["name"] == name), "{path}");
    }
    assert_eq!(get(*server.address(), "/?registry=2", JSON).status, 404);
}

#[test]
fn the_snapshot_is_served_as_json() {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    let server = serve(&endpoint(&registry));
    let answer = get(*server.address(), "/snapshot.json", "");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let snapshot = FullSnapshot::from_json(answer.text()).expect("a snapshot");
    assert_eq!(snapshot.counters["jobs_total"], 3);
}

#[test]
fn the_page_gives_way_and_can_be_left_out() {
    let server = serve(&Endpoint::new().path("/metrics", &registry()).health_path("/"));
    assert_eq!(get(*server.address(), "/", "").text(), "ok\n");
    let server = serve(&endpoint(&registry()).page(false));
    for path in ["/", "/snapshot.json"] {
        assert_eq!(get(*server.address(), path, "").status, 404, "{path}");
    }
}
