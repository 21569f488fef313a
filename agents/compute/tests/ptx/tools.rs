//! nvcc and ptxas, where they are: `TESSERA_NVCC`, or on the path. `tools/ptx/build --tools` fetches both.

use std::path::{Path, PathBuf};
use std::process::Command;

use tessera_compute::cuda::Module;

/// Targets that kernels are assembled for, besides their own.
const TARGETS: [u32; 6] = [75, 80, 86, 89, 90, 100];

/// A tool beside `TESSERA_NVCC`, or one on the path.
fn tool(name: &str) -> Option<PathBuf> {
    let path = match std::env::var_os("TESSERA_NVCC") {
        Some(nvcc) => Path::new(&nvcc).with_file_name(name),
        None => PathBuf::from(name),
    };
    let found = Command::new(&path).arg("--version").output().is_ok_and(|output| output.status.success());
    found.then_some(path)
}

#[test]
fn sources_compile_to_the_committed_ptx() {
    let Some(nvcc) = tool("nvcc") else {
        println!("skipped: no nvcc (set TESSERA_NVCC to that of tools/ptx/build --tools)");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script = root.join("tools/ptx/build");
    let text = std::fs::read_to_string(&script).unwrap();
    let wanted = text.lines().find_map(|line| line.strip_prefix("VERSION = ")).unwrap().trim_matches('"');
    let version = Command::new(&nvcc).arg("--version").output().unwrap().stdout;
    if !String::from_utf8_lossy(&version).contains(&format!("V{wanted}")) {
        println!("skipped: nvcc is not {wanted}, another version writes other text");
        return;
    }
    // The script finds a compiler by its path, so a bare name is looked up first.
    let nvcc = if nvcc.is_absolute() { nvcc } else { on_path(&nvcc) };
    let output = Command::new("python3").arg(script).arg("--check").env("TESSERA_NVCC", nvcc).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}

fn on_path(name: &Path) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.exists()).unwrap()
}

#[test]
fn ptx_assembles_for_all_targets() {
    let Some(ptxas) = tool("ptxas") else {
        println!("skipped: no ptxas (set TESSERA_NVCC to that of tools/ptx/build --tools)");
        return;
    };
    let folder = std::env::temp_dir().join(format!("tessera-ptxas-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut assembled = 0;
    for &module in Module::ALL {
        let source = folder.join(format!("{}.ptx", module.name()));
        std::fs::write(&source, module.ptx()).unwrap();
        let mut targets = vec![module.target()];
        targets.extend(TARGETS.into_iter().filter(|&target| target > module.target()));
        for target in targets {
            let output = Command::new(&ptxas)
                .args([format!("-arch=sm_{target}").as_str(), "-v", "-o"])
                .arg(folder.join("kernel.cubin"))
                .arg(&source)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{} for sm_{target}: {said}", module.name());
            assert!(!said.contains("warning"), "{} for sm_{target}: {said}", module.name());
            assembled += 1;
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{assembled} pairs of module and target assembled");
}
