//! How long a graph takes.

use std::time::Duration;

use tessera_compute::{Graph, TensorType};

/// What a run costs beside its arithmetic: threads, hashing and encoding of small tensors.
const CPU_OVERHEAD: Duration = Duration::from_millis(200);
/// On a GPU also: the driver compiles each kernel when it is first used.
const GPU_OVERHEAD: Duration = Duration::from_secs(3);
/// An operation on a GPU: some launches, each after the one before.
const GPU_OPERATION: Duration = Duration::from_micros(200);
/// Bytes per second between host and GPU, at least: PCIe 3 with half of its lanes, through pageable memory.
const BUS: u64 = 2_000_000_000;

/// How fast something runs graphs, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// Floating point operations per second.
    pub flops_per_second: u64,
    /// Bytes per second that operations read and write.
    pub bytes_per_second: u64,
}

impl Speed {
    /// How long the CPU takes.
    pub fn on_cpu(&self, graph: &Graph) -> Duration {
        self.work(graph).saturating_add(CPU_OVERHEAD)
    }

    /// How long a GPU takes, copies included.
    pub fn on_gpu(&self, graph: &Graph) -> Duration {
        self.work(graph)
            .saturating_add(GPU_OVERHEAD)
            .saturating_add(GPU_OPERATION.saturating_mul(graph.op_count().into()))
            .saturating_add(seconds(host_bytes(graph), BUS))
    }

    fn work(&self, graph: &Graph) -> Duration {
        let cost = graph.cost();
        seconds(cost.flops, self.flops_per_second).saturating_add(seconds(cost.moved, self.bytes_per_second))
    }
}

/// Bytes of a graph's inputs and outputs: what a run on a GPU keeps in this machine's memory.
pub(crate) fn host_bytes(graph: &Graph) -> u64 {
    let outputs = graph.outputs().iter().filter_map(|&index| graph.operations().get(usize::from(index)));
    let outputs = outputs.map(|operation| operation.output.bytes());
    graph.input_specs().iter().map(TensorType::bytes).chain(outputs).fold(0, u64::saturating_add)
}

fn seconds(amount: u64, per_second: u64) -> Duration {
    Duration::try_from_secs_f64(amount as f64 / per_second.max(1) as f64).unwrap_or(Duration::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tessera_compute::{DType, GraphBuilder};

    use super::*;

    #[test]
    fn arithmetic_and_bytes_moved_take_time_and_on_a_gpu_copies_and_launches_too() {
        let mut builder = GraphBuilder::new();
        let x = builder.input(DType::F32, &[250]).unwrap();
        let mut y = x;
        for _ in 0..10 {
            y = builder.add(y, x).unwrap();
        }
        builder.output(y).unwrap();
        let graph = builder.finish().unwrap();
        // 10 operations of 250 flops, which read 2,000 and write 1,000 bytes each; at most 3,000 bytes are alive at once.
        assert_eq!((graph.cost().bytes, graph.cost().moved), (3_000, 30_000));
        let speed = Speed { flops_per_second: 250, bytes_per_second: 1_000 };
        assert_eq!(speed.on_cpu(&graph) - CPU_OVERHEAD, Duration::from_secs(10 + 30));
        assert_eq!(host_bytes(&graph), 2_000);
        let copies = Duration::from_micros(1);
        assert_eq!(speed.on_gpu(&graph) - GPU_OVERHEAD, Duration::from_secs(40) + 10 * GPU_OPERATION + copies);
    }
}
