//! Packages in a folder of their own among the system's temporary ones, which goes when it is dropped.

use crate::Fallible;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use std::{env, process};

/// What is done with a package.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Check,
    Build,
}

impl Step {
    pub(super) fn command(self) -> &'static str {
        match self {
            Step::Check => "check",
            Step::Build => "build",
        }
    }
}

/// A library that may use `tachometer`.
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) source: fn() -> String,
    /// Whether annotations count.
    pub(super) enabled: bool,
}

/// Packages that share what they depend on.
pub(super) struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    pub(super) fn new(packages: &[Package]) -> Fallible<Self> {
        let benchmarks = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = benchmarks.join("../metrics").canonicalize()?;
        let library = library.to_str().ok_or("the library's path is no UTF-8")?;
        let folder = env::temp_dir().join(format!("tachometer-compile-{}", process::id()));
        fs::create_dir_all(&folder)?;
        // From here on, so that an error leaves nothing behind.
        let workspace = Workspace { folder };
        let folder = &workspace.folder;
        let members: Vec<&str> = packages.iter().map(|package| package.name).collect();
        fs::write(
            folder.join("Cargo.toml"),
            format!("[workspace]\nmembers = {members:?}\nresolver = \"3\"\n"),
        )?;
        // The versions that are on this machine already.
        fs::copy(benchmarks.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        for Package { name, source, enabled } in packages {
            fs::create_dir_all(folder.join(name).join("src"))?;
            let manifest = format!(
                "[package]\nname = {name:?}\nedition = \"2024\"\n\n\
                 [dependencies]\ntachometer = {{ path = {library:?}, default-features = {enabled} }}\n"
            );
            fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
            fs::write(workspace.source(name), source())?;
        }
        Ok(workspace)
    }

    fn source(&self, package: &str) -> PathBuf {
        self.folder.join(package).join("src/lib.rs")
    }

    /// How long it takes when nothing but the package itself is to be compiled; the first time, its dependencies are too.
    pub(super) fn run(&self, step: Step, package: &Package) -> Fallible<Duration> {
        File::options().write(true).open(self.source(package.name))?.set_modified(SystemTime::now())?;
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args([step.command(), "--offline", "--package", package.name, "--target-dir"])
            .arg(self.folder.join("target"))
            .current_dir(&self.folder)
            .env("CARGO_INCREMENTAL", "0")
            .stdin(Stdio::null());
        let begun = Instant::now();
        let output = cargo.output()?;
        let elapsed = begun.elapsed();
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("cargo {} of `{}`: {said}", step.command(), package.name).into());
        }
        if !said.contains(&format!(" {} v", package.name)) {
            return Err(format!("cargo {} had nothing to do for `{}`", step.command(), package.name).into());
        }
        Ok(elapsed)
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{} is left behind: {error}", self.folder.display());
        }
    }
}

#[test]
fn a_workspace_leaves_nothing_behind() {
    let workspace = Workspace::new(&[]).unwrap();
    let folder = workspace.folder.clone();
    assert!(folder.exists());
    drop(workspace);
    assert!(!folder.exists());
}
