//! A job that we and peers do.

use tessera_compute::{Backend, CpuBackend, inputs_root, output_root};
use tessera_jobs::{Prepared, decode};

use super::difference::difference;
use super::turns::{Candidate, Turns, timed};
use super::{BenchError, Figure, Name, Peer, PeerJob, Program};

/// How often hashing is timed.
const HASHINGS: usize = 3;

/// One job for both sides.
pub(super) struct Contest {
    pub name: Name,
    pub shape: String,
    /// For us.
    pub prepared: Prepared,
    /// For the peers.
    pub job: PeerJob,
    /// How far results may be apart.
    pub tolerance: f64,
}

impl Contest {
    /// Ours next to each of the peers, or alone.
    pub fn hold(&self, threads: usize, programs: &[Program], turns: Turns<'_>) -> Result<Vec<Figure>, BenchError> {
        let mut peers = Vec::with_capacity(programs.len());
        for program in programs {
            let mut peer = program.start(threads)?;
            peers.push((peer.prepare(&self.job)?, peer));
        }
        let backend = CpuBackend::new().with_threads(threads);
        let mut outputs = Vec::new();
        let mut ours = || {
            let (run, seconds) = timed(|| backend.run(&self.prepared.graph, &self.prepared.inputs, turns.cancel));
            outputs = run?;
            Ok(seconds)
        };
        let mut theirs: Vec<_> = peers.iter_mut().map(|(_, peer)| || Ok(peer.run()?)).collect();
        let mut candidates: Vec<&mut Candidate<'_>> = vec![&mut ours];
        candidates.extend(theirs.iter_mut().map(|run| run as &mut Candidate<'_>));
        let times = turns.minima(&mut candidates)?;

        let (mut hashing_inputs, mut hashing_outputs) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..HASHINGS {
            hashing_inputs = hashing_inputs.min(timed(|| inputs_root(&self.prepared.inputs)).1);
            hashing_outputs = hashing_outputs.min(timed(|| output_root(&outputs)).1);
        }
        let found = decode(&self.prepared.spec, &outputs)?;
        let ours_seconds = times.first().copied().unwrap_or(f64::NAN);
        let hashing = hashing_inputs + hashing_outputs;
        let alone = Figure {
            hash_share: Some(hashing / (ours_seconds + hashing)),
            output_hash_share: Some(hashing_outputs / (ours_seconds + hashing_outputs)),
            ..Figure::alone(self.name, self.shape.clone(), threads, ours_seconds)
        };
        if peers.is_empty() {
            return Ok(vec![alone]);
        }
        let mut figures = Vec::with_capacity(peers.len());
        for ((label, peer), &seconds) in peers.iter_mut().zip(times.iter().skip(1)) {
            let apart = self.compare(peer, &found)?;
            figures.push(alone.clone().beside(label.clone(), seconds).differing(apart, self.tolerance));
        }
        Ok(figures)
    }

    fn compare(&self, peer: &mut Peer, found: &tessera_jobs::JobResult) -> Result<f64, BenchError> {
        let answer = peer.result()?;
        Ok(difference(&self.job, found, answer).map_err(|reason| peer.unusable(reason))?)
    }
}
