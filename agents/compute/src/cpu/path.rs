//! Instruction sets, chosen at run time.

use std::fmt;

#[cfg(target_arch = "aarch64")]
use super::machine::Neon;
#[cfg(target_arch = "x86_64")]
use super::machine::{Avx2, Avx512, Avx512Vnni};
use super::machine::{Machine, Portable};

/// Instructions that the CPU backend is compiled for. All paths give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// What every CPU of the architecture has; the fused multiply-add is made of f64 arithmetic.
    Portable,
    /// aarch64, to which a fused multiply-add belongs.
    Neon,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ and VL.
    Avx512,
    /// The same with VNNI, for i8.
    Avx512Vnni,
}

impl Path {
    /// The paths that this CPU has, the fastest last; [`Portable`](Self::Portable) is among them.
    pub fn available() -> Vec<Self> {
        let mut paths = vec![Self::Portable];
        #[cfg(target_arch = "aarch64")]
        paths.push(Self::Neon);
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            paths.push(Self::Avx2);
            if std::is_x86_feature_detected!("avx512f")
                && std::is_x86_feature_detected!("avx512bw")
                && std::is_x86_feature_detected!("avx512dq")
                && std::is_x86_feature_detected!("avx512vl")
            {
                paths.push(Self::Avx512);
                if std::is_x86_feature_detected!("avx512vnni") {
                    paths.push(Self::Avx512Vnni);
                }
            }
        }
        paths
    }

    /// The fastest that this CPU has.
    pub(super) fn best() -> Self {
        Self::available().pop().unwrap_or(Self::Portable)
    }

    /// Does the work with these instructions. A path is only held where [`available`](Self::available) names it.
    pub(super) fn run<W: Work>(self, work: W) -> W::Output {
        match self {
            // SAFETY: the CPU has the features, or the path would not have been chosen; so below.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => unsafe { with_avx512_vnni(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { with_avx512(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { with_avx2(work) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => work.run::<Neon>(),
            _ => work.run::<Portable>(),
        }
    }
}

impl Path {
    /// Rows and columns of packed panels.
    pub(super) fn panels(self) -> (usize, usize) {
        self.run(Panels)
    }
}

struct Panels;

impl Work for Panels {
    type Output = (usize, usize);

    #[inline(always)]
    fn run<M: Machine>(self) -> Self::Output {
        (M::ROWS, M::COLUMNS)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portable => "portable",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Avx512Vnni => "avx512-vnni",
        })
    }
}

/// Work that is compiled once for each instruction set. Implementations are `inline(always)`, down to the arithmetic.
pub(super) trait Work {
    type Output;

    fn run<M: Machine>(self) -> Self::Output;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn with_avx512_vnni<W: Work>(work: W) -> W::Output {
    work.run::<Avx512Vnni>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
fn with_avx512<W: Work>(work: W) -> W::Output {
    work.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<W: Work>(work: W) -> W::Output {
    work.run::<Avx2>()
}
