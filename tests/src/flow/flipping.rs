use tessera_compute::{Backend, Cancel, CpuBackend, ExecError, Graph, Tensor, output_root, run_traced};
use tessera_node::dispute::Fault;

/// A CPU with one wrong bit in one operation of a graph; what follows is computed from it.
#[derive(Debug, Default)]
pub struct Flipping {
    cpu: CpuBackend,
    fault: Fault,
}

impl Flipping {
    /// With this fault.
    pub fn new(fault: Fault) -> Self {
        Self { cpu: CpuBackend::new(), fault }
    }

    /// The first operation from `operation` on in which one wrong bit is seen in the graph's outputs.
    pub fn seen(graph: &Graph, inputs: &[Tensor], operation: u16) -> Fault {
        let right = output_root(&CpuBackend::new().run(graph, inputs, &Cancel::new()).expect("it runs"));
        let flips = (operation..graph.op_count()).map(|operation| Fault::flipping(operation, 0, 20));
        let wrong = |fault: &Fault| {
            let outputs = Self::new(fault.clone()).run(graph, inputs, &Cancel::new());
            output_root(&outputs.expect("it runs")) != right
        };
        flips.into_iter().find(wrong).expect("a wrong output is seen")
    }
}

impl Backend for Flipping {
    fn name(&self) -> &'static str {
        "flipping"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        // One operation alone is a part of a trace, which has its own fault.
        if graph.op_count() < 2 {
            return self.cpu.run(graph, inputs, cancel);
        }
        run_traced(&self.cpu, graph, inputs, cancel, |index, output| self.fault.output(index, output))
    }
}
