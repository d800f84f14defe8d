//! Where descriptors and memory are scarce: in a program of its own, with limits of its own. This test runs itself as its own
//! child.

use super::*;
use crate::itself;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Says to the child which of the programs it is.
const PROGRAM: &str = "TACHOMETER_TEST_PROGRAM";
/// Stands before what the child says to this test, among what the test harness prints.
const SAYS: &str = "=== ";

/// In a child: runs one of the programs, and exits. Else: nothing.
#[test]
fn child() {
    let Ok(program) = std::env::var(PROGRAM) else { return };
    println!();
    match program.as_str() {
        "serves" => serves(),
        "uses_all_descriptors" => uses_all_descriptors(),
        "connects_a_thousand_times" => connects_a_thousand_times(),
        other => panic!("no program is called {other}"),
    }
    std::process::exit(0);
}

fn say(text: &str) {
    println!("{SAYS}{text}");
}

/// Waits until the parent says something, or is gone.
fn wait_for_word() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("a word or the end");
}

/// More than the system takes of an answer that nobody reads.
const BODY: usize = 4 * 1024 * 1024;

/// Serves `BODY` bytes with the limits that are there unless one says otherwise, but no patience to wait for.
fn serves() {
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    registry.describe("jobs", "x".repeat(BODY));
    let server = serve(
        &Endpoint::new()
            .path("/metrics", &registry)
            .health_path("/healthy")
            .patience(Duration::from_millis(1)),
    );
    say(&server.address().to_string());
    let (mut written, is_over) = (0, AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            wait_for_word();
            is_over.store(true, Ordering::Relaxed);
        });
        while !is_over.load(Ordering::Relaxed) {
            for _ in 0..1_000 {
                jobs.increment();
            }
            written += 1_000;
            // The endpoint may have the processor too.
            thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(jobs.get(), written);
    say("exact");
}

fn uses_all_descriptors() {
    let registry = registry();
    let server = serve(&endpoint(&registry));
    say(&server.address().to_string());
    let used: Vec<File> = std::iter::repeat_with(|| File::open("/dev/null")).map_while(Result::ok).collect();
    say(&format!("{} files", used.len()));
    wait_for_word();
    drop(used);
    say("released");
    wait_for_word();
}

fn connects_a_thousand_times() {
    const CONNECTIONS: usize = 1_000;
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    // Patience and deadlines as they are unless one says otherwise.
    let server = Endpoint::new().path("/metrics", &registry).serve("127.0.0.1:0").expect("a free port");
    let mut clients = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        clients.push(Client::saying(*server.address(), REQUEST));
        jobs.increment();
    }
    for client in clients {
        let answer = client.hear();
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
    }
    assert_eq!(jobs.get(), CONNECTIONS as u64);
    until("all are counted", || scrapes(&registry, "text", "ok") == Some(CONNECTIONS as u64));
    say("all of them");
}

/// A child that runs one of the programs, and is ended with this.
struct Program {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Program {
    /// With at most so many descriptors.
    fn start(name: &str, descriptors: u32) -> Self {
        let limited = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
        let mut child = Command::new("sh")
            .args(["-c", &limited])
            .args(itself::words())
            .args(["--exact", "http::scarcity::child", "--nocapture", "--test-threads=1"])
            .env(PROGRAM, name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Program { child, stdin, stdout }
    }

    /// What it says next.
    #[track_caller]
    fn says(&mut self) -> String {
        let mut line = String::new();
        while self.stdout.read_line(&mut line).expect("text") > 0 {
            if let Some(said) = line.strip_prefix(SAYS) {
                return said.trim_end().to_owned();
            }
            line.clear();
        }
        panic!("it ended, as {:?}, and said nothing; does `ulimit -n` allow as much?", self.child.wait());
    }

    fn say_word(&mut self) {
        self.stdin.write_all(b"go on\n").expect("a program that listens");
    }

    fn read_proc(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("its descriptors").count()
    }

    /// The most memory it ever had, in bytes.
    fn peak_memory(&self) -> usize {
        let status = self.read_proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        1_024 * line.trim().trim_end_matches(" kB").parse::<usize>().expect("kilobytes")
    }

    /// How often the endpoint's thread has waited for something, once it has begun.
    fn waits(&self) -> Option<u64> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("its threads");
        let names = tasks.map(|task| task.unwrap().file_name().into_string().unwrap());
        for task in names {
            if self.read_proc(&format!("task/{task}/comm")).trim_end() == "tachometer-http" {
                let status = self.read_proc(&format!("task/{task}/status"));
                let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
                return line?.trim().parse().ok();
            }
        }
        None
    }

    fn assert_ends_well(mut self) {
        drop(self.stdin);
        let status = self.child.wait().expect("an end");
        assert!(status.success(), "{status}");
    }
}

#[test]
fn a_thousand_connections_at_once_are_all_answered() {
    let mut program = Program::start("connects_a_thousand_times", 2_048);
    assert_eq!(program.says(), "all of them");
    program.assert_ends_well();
}

#[test]
fn without_descriptors_it_waits_and_then_serves_on() {
    let mut program = Program::start("uses_all_descriptors", 64);
    let address: SocketAddr = program.says().parse().expect("an address");
    assert!(program.says().ends_with(" files"));
    let client = Client::saying(address, REQUEST);
    // A thread that tries again at once would never wait. (Each pause is longer than the one before.)
    until("it has begun", || program.waits().is_some());
    let before = program.waits();
    until("it has paused some times", || program.waits() >= before.map(|waits| waits + 4));
    program.say_word();
    assert_eq!(program.says(), "released");
    assert_eq!(client.hear().status, 200);
    assert_eq!(ask(address, REQUEST).status, 200);
    program.assert_ends_well();
}

#[test]
fn connections_and_memory_are_bounded_whoever_comes() {
    let mut program = Program::start("serves", 1_024);
    let address: SocketAddr = program.says().parse().expect("an address");
    // What it uses for one scrape.
    assert_eq!(ask(address, REQUEST).status, 200);
    assert_eq!(ask(address, HEALTHY).status, 200);
    let (descriptors, memory) = (program.descriptors(), program.peak_memory());
    let mut crowd = Vec::new();
    for round in 0..24 {
        crowd.push(Client::saying(address, BEGIN_OF_REQUEST));
        crowd.push(Client::saying(address, REQUEST));
        crowd.push(Client::connect(address));
        // The one that answered before may be closing still.
        let more = program.descriptors().saturating_sub(descriptors);
        assert!(more <= 16 + 2, "{more} connections in round {round}");
    }
    assert_eq!(in_time(move || ask(address, HEALTHY)).status, 200);
    // A body a connection, and some for what one that is being made is made of.
    let (peak, bound) = (program.peak_memory(), memory + (16 + 4) * BODY);
    assert!(peak < bound, "{peak} bytes, of {bound}");
    drop(crowd);
    assert_eq!(ask(address, REQUEST).status, 200);
    program.say_word();
    assert_eq!(program.says(), "exact");
    program.assert_ends_well();
}
