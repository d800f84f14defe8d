//! Files that an exporter writes: whole at any time, in any format, and nothing left beside them.

use super::*;
use crate::formats::protobuf::messages::decode;
use std::fs;
use std::path::{Path, PathBuf};
use tachometer::Format;

/// A directory of one test, removed with all that is in it.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        fs::create_dir(&path).expect("it is new");
        Directory(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The names of what is in it.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("it is there");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("it can be read").file_name();
        let mut names: Vec<_> = entries.map(name).map(|name| name.into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_file_has_the_format_that_was_named_before_it() {
    let directory = Directory::new("formats");
    let registry = registry();
    registry.register_counter("jobs_total").add(7);
    registry
        .exporter()
        .to_file(directory.join("text.prom"))
        .format(Format::OpenMetrics)
        .to_file(directory.join("openmetrics"))
        .json()
        .to_file(directory.join("json"))
        .table()
        .to_file(directory.join("table"))
        .format(Format::Prometheus)
        .to_file(directory.join("text-again.prom"))
        .start()
        .expect("it starts")
        .stop();
    let text = "# HELP jobs_total Counter jobs_total.\n# TYPE jobs_total counter\njobs_total 7\n";
    for name in ["text.prom", "text-again.prom"] {
        let found = read(&directory.join(name));
        assert!(found.starts_with(text), "{found}");
    }
    let openmetrics = read(&directory.join("openmetrics"));
    assert!(
        openmetrics.contains("# TYPE jobs counter\n") && openmetrics.ends_with("# EOF\n"),
        "{openmetrics}"
    );
    let json = read(&directory.join("json"));
    assert_eq!(json.find('\n'), Some(json.len() - 1), "one line");
    let back = FullSnapshot::from_json(&json).expect("a snapshot");
    assert_eq!(back.counters["jobs_total"], 7);
    assert_eq!(read(&directory.join("table")), format!("{back}\n"));
    assert_eq!(directory.names(), ["json", "openmetrics", "table", "text-again.prom", "text.prom"]);
}

#[test]
fn a_file_is_called_by_its_path_among_the_sinks() {
    let directory = Directory::new("name");
    let path = directory.join("metrics.prom");
    let registry = registry();
    registry.exporter().to_file(&path).start().expect("it starts").stop();
    let text = registry.snapshot_all().to_prometheus_format();
    // The separators of Windows are escaped in a label value.
    let label = path.display().to_string().replace('\\', "\\\\");
    let expected = format!("tachometer_exports_total{{sink=\"{label}\",result=\"ok\"}} 1\n");
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn a_shorter_text_replaces_a_longer_one_and_what_stood_there_before() {
    let directory = Directory::new("shorter");
    let path = directory.join("metrics.prom");
    fs::write(&path, "something\n".repeat(10_000)).expect("it is written");
    let registry = registry();
    let (tell, told) = mpsc::channel();
    let exporter = registry
        .exporter()
        .every(SHORT)
        .to_file(&path)
        .to("sink", move |_| {
            let _ = tell.send(());
            Ok(())
        })
        .start()
        .expect("it starts");
    told.recv_timeout(HUNG).expect("an export");
    drop(exporter);
    let text = read(&path);
    assert!(text.starts_with("# HELP tachometer_exports_total") && text.lines().count() == 8, "{text}");
}

#[test]
fn readers_never_see_a_part() {
    const GAUGES: usize = 2_000;
    let directory = Directory::new("readers");
    let path = directory.join("metrics.prom");
    let registry = registry();
    let gauges: Vec<_> =
        (0..GAUGES).map(|number| registry.register_gauge(format!("gauge_{number}"))).collect();
    let exporter =
        registry.exporter().every(Duration::from_nanos(1)).to_file(&path).start().expect("it starts");
    let mut texts = 0;
    let mut last = String::new();
    let began = Instant::now();
    // Until there were enough different texts to have met one that is being written.
    for round in 0_i64.. {
        assert!(began.elapsed() < HUNG, "only {texts} texts");
        for gauge in &gauges {
            gauge.set(round);
        }
        // Until its first export there is none.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        assert_eq!(text.lines().count(), 3 * GAUGES + 5, "{} bytes in round {round}", text.len());
        assert!(text.ends_with("\",result=\"panic\"} 0\n"), "{:?}", &text[text.len() - 80..]);
        // A collector that reads `*.prom` meets no other file on the way.
        let others = directory.names().into_iter().filter(|name| name != "metrics.prom");
        for name in others {
            assert_eq!(
                Path::new(&name).extension().and_then(|extension| extension.to_str()),
                Some("tmp"),
                "{name}"
            );
            assert!(name.starts_with('.'), "{name}");
        }
        texts += u32::from(text != last);
        last = text;
        if texts > 100 {
            break;
        }
    }
    in_time(move || drop(exporter));
    assert_eq!(directory.names(), ["metrics.prom"]);
}

#[test]
fn a_directory_that_vanishes_and_comes_back_has_its_file_again() {
    let directory = Directory::new("vanishing");
    let inner = directory.join("inner");
    let path = inner.join("metrics.prom");
    let registry = registry();
    let (tell, told) = mpsc::channel();
    let exporter = registry
        .exporter()
        .every(SHORT)
        .to_file(&path)
        .on_error(move |sink, error| {
            let _ = tell.send((sink.to_owned(), error.kind()));
        })
        .start()
        .expect("it starts where there is no directory yet");
    let missing = || told.recv_timeout(HUNG).expect("it fails");
    let is_there = || {
        let began = Instant::now();
        while !path.exists() {
            assert!(began.elapsed() < HUNG, "no file");
            thread::yield_now();
        }
    };
    let expected = (path.display().to_string(), std::io::ErrorKind::NotFound);
    assert_eq!(missing(), expected);
    fs::create_dir(&inner).expect("it is made");
    is_there();
    // An export may come in between, and put a new file in a directory that is being removed.
    let began = Instant::now();
    while fs::remove_dir_all(&inner).is_err() {
        assert!(began.elapsed() < HUNG, "the directory cannot be removed");
    }
    while told.try_recv().is_ok() {}
    assert_eq!(missing(), expected);
    fs::create_dir(&inner).expect("it is made again");
    is_there();
    in_time(move || drop(exporter));
    assert!(read(&path).ends_with("\",result=\"panic\"} 0\n"));
}

#[test]
fn what_was_written_aside_is_removed_when_it_cannot_take_its_place() {
    let directory = Directory::new("aside");
    let path = directory.join("metrics.prom");
    // No file can be renamed to a directory.
    fs::create_dir(&path).expect("it is made");
    let registry = registry();
    registry.exporter().to_file(&path).on_error(|_, _| {}).start().expect("it starts").stop();
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(text.contains("\",result=\"error\"} 1\n"), "{text}");
    assert_eq!(directory.names(), ["metrics.prom"]);
}

/// Opens a file for reading, so that on Windows it cannot be replaced meanwhile.
#[cfg(windows)]
fn hold(path: &Path) -> fs::File {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARED_FOR_READING: u32 = 1;
    fs::OpenOptions::new().read(true).share_mode(SHARED_FOR_READING).open(path).expect("it opens")
}

#[cfg(windows)]
#[test]
fn a_file_that_cannot_be_replaced_stays_as_it_is() {
    let directory = Directory::new("held");
    let path = directory.join("metrics.prom");
    fs::write(&path, "before\n").expect("it is written");
    let held = hold(&path);
    let registry = registry();
    let (tell, told) = mpsc::channel();
    let exporter = registry
        .exporter()
        .every(SHORT)
        .to_file(&path)
        .on_error(move |sink, error| {
            let _ = tell.send((sink.to_owned(), error.kind()));
        })
        .start()
        .expect("it starts");
    let (sink, kind) = told.recv_timeout(HUNG).expect("it fails");
    assert_eq!((sink, kind), (path.display().to_string(), std::io::ErrorKind::PermissionDenied));
    assert_eq!(read(&path), "before\n");
    drop(held);
    // Its last export, if not an earlier one.
    in_time(move || drop(exporter));
    assert!(read(&path).ends_with("\",result=\"panic\"} 0\n"));
    assert_eq!(directory.names(), ["metrics.prom"]);
}

#[cfg(windows)]
#[test]
fn a_last_export_waits_for_a_file_that_is_held_for_a_moment() {
    let directory = Directory::new("held-for-a-moment");
    let path = directory.join("metrics.prom");
    fs::write(&path, "before\n").expect("it is written");
    let held = hold(&path);
    let registry = registry();
    let exporter = registry.exporter().to_file(&path).start().expect("it starts");
    let stopping = thread::spawn(move || drop(exporter));
    let began = Instant::now();
    // Until the text is written aside.
    while directory.names().len() == 1 {
        assert!(began.elapsed() < HUNG, "nothing is written");
    }
    drop(held);
    in_time(move || stopping.join().expect("it stops"));
    assert!(read(&path).starts_with("# HELP "));
    assert_eq!(directory.names(), ["metrics.prom"]);
}

/// Readers that share the file, as the standard library's do, keep the text that they have opened.
#[test]
fn an_open_file_is_replaced() {
    let directory = Directory::new("open");
    let path = directory.join("metrics.prom");
    fs::write(&path, "before\n").expect("it is written");
    let mut held = fs::File::open(&path).expect("it opens");
    let registry = registry();
    registry.exporter().to_file(&path).start().expect("it starts").stop();
    assert!(read(&path).starts_with("# HELP "));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut held, &mut text).expect("it is still there");
    assert_eq!(text, "before\n");
    assert_eq!(directory.names(), ["metrics.prom"]);
}

#[test]
fn a_format_is_that_of_one_sink() {
    let directory = Directory::new("one-sink");
    let registry = registry();
    let (table, text) = (directory.join("table"), directory.join("text.prom"));
    registry.exporter().table().to_file(&table).to_file(&text).start().expect("it starts").stop();
    assert!(!read(&table).contains("# TYPE "));
    assert!(read(&text).contains("# TYPE "));
}

#[test]
fn protocol_buffers_are_written_to_a_file_and_not_printed() {
    let directory = Directory::new("protobuf");
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    let path = directory.join("metrics.binpb");
    drop(registry.exporter().format(Format::Protobuf).to_file(&path).start().expect("it starts"));
    let families = decode(&std::fs::read(&path).expect("it is written"));
    assert_eq!(families[0].name(), "jobs_total");
    let error = refusal(registry.exporter().format(Format::Protobuf).to_stdout().start());
    assert_names(&error, &["cannot write protocol buffers to stdout", "write them to a file"]);
}

#[test]
fn a_prom_file_holds_prometheus_text_and_no_other_format() {
    let directory = Directory::new("prom");
    let registry = registry();
    let path = directory.join("metrics.prom");
    for (builder, format) in [
        (registry.exporter().table(), "a table"),
        (registry.exporter().json(), "JSON"),
        (registry.exporter().format(Format::OpenMetrics), "OpenMetrics"),
        (registry.exporter().format(Format::OpenMetricsWithCreated), "OpenMetrics"),
        (registry.exporter().format(Format::Protobuf), "protocol buffers"),
    ] {
        let error = refusal(builder.to_file(&path).start());
        let cannot = format!("cannot write {format} to \"{}\":", path.display());
        assert_names(&error, &[&cannot, "a file `*.prom` must contain Prometheus text"]);
    }
    assert!(!path.exists());
    // The order of the sinks changes nothing, and the file's own format is the one that counts.
    let exporter = registry.exporter().table().to_stdout().to_file(&path).format(Format::OpenMetrics);
    drop(exporter.to_file(directory.join("metrics.om")).start().expect("it starts"));
    assert!(path.exists());
    let error = refusal(registry.exporter().to_file(directory.join("text")).table().start());
    assert_names(&error, &["format", "sink"]);
    let error = refusal(registry.exporter().json().table().to_stdout().start());
    assert_names(&error, &["format", "sink"]);
}

#[cfg(unix)]
mod kept {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    fn export(path: &Path) -> Result<(), String> {
        let errors = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let collected = std::sync::Arc::clone(&errors);
        let registry = registry();
        registry.register_counter("jobs_total").add(7);
        let exporter = registry
            .exporter()
            .to_existing_file(path)
            .on_error(move |_, error| collected.lock().unwrap().push(error.to_string()))
            .start()
            .expect("it starts");
        drop(exporter);
        let errors = errors.lock().unwrap();
        errors.first().map_or(Ok(()), |error| Err(error.clone()))
    }

    #[test]
    fn links_are_followed_and_the_mode_stays() {
        let directory = Directory::new("kept");
        fs::create_dir(directory.join("mounted")).unwrap();
        let file = directory.join("mounted/file.prom");
        fs::write(&file, "earlier, and longer than what comes\n".repeat(1_000)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let before = fs::metadata(&file).unwrap();
        symlink("mounted/file.prom", directory.join("second")).unwrap();
        symlink(directory.join("second"), directory.join("first")).unwrap();
        export(&directory.join("first")).unwrap();
        let text = read(&file);
        assert!(text.contains("\njobs_total 7\n") && !text.contains("earlier"), "{text}");
        let after = fs::metadata(&file).unwrap();
        assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
        assert_ne!(after.ino(), before.ino(), "it is replaced, not overwritten");
        assert!(directory.join("first").is_symlink() && directory.join("second").is_symlink());
        assert_eq!(fs::read_dir(directory.join("mounted")).unwrap().count(), 1);
    }

    #[test]
    fn a_link_to_nothing_is_where_the_file_is_made() {
        let directory = Directory::new("kept-new");
        symlink("file", directory.join("link")).unwrap();
        export(&directory.join("link")).unwrap();
        assert!(read(&directory.join("file")).contains("\njobs_total 7\n"));
        assert_eq!(directory.names(), ["file", "link"]);
    }

    #[test]
    fn a_circle_of_links_and_a_directory_are_errors() {
        let directory = Directory::new("kept-circle");
        symlink("b", directory.join("a")).unwrap();
        symlink("a", directory.join("b")).unwrap();
        assert_eq!(export(&directory.join("a")).unwrap_err(), "too many symbolic links");
        fs::create_dir(directory.join("directory")).unwrap();
        assert_eq!(export(&directory.join("directory")).unwrap_err(), "it is not a regular file");
    }

    /// Root may give files away, and may write everywhere; others may do neither. Each shows one half.
    #[test]
    fn the_owner_stays_also_if_the_file_must_be_overwritten() {
        let directory = Directory::new("kept-owner");
        let file = directory.join("file");
        fs::write(&file, "earlier\n".repeat(10_000)).unwrap();
        let before = if chown(&file, Some(65_534), Some(65_534)).is_ok() {
            fs::metadata(&file).unwrap()
        } else {
            // Nothing can be made in it.
            fs::set_permissions(&directory.0, fs::Permissions::from_mode(0o555)).unwrap();
            fs::metadata(&file).unwrap()
        };
        export(&file).unwrap();
        let after = fs::metadata(&file).unwrap();
        fs::set_permissions(&directory.0, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
        let text = read(&file);
        assert!(text.contains("\njobs_total 7\n") && !text.contains("earlier"), "{text}");
    }
}
