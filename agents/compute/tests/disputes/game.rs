//! One operation with its tensors, and the game on an element of it as both sides play it.

use tessera_compute::dispute::Opened;
use tessera_compute::referee::descriptor::Descriptor;
use tessera_compute::referee::dispute::{
    Claim, Expect, LEAF, Leaves, MAX_PARTS, Slot, check, expects, leaf_of, parts_hold, pick, value_in_leaf,
};
use tessera_compute::{Backend, Cancel, DType, GraphBuilder, GraphError, Operand, ReferenceBackend, Tensor, Value};

use super::values::{Flavour, Random, tensor};

pub type Inputs<'a> = &'a [(DType, &'a [u64])];

pub struct Game {
    pub descriptor: Descriptor,
    operands: Vec<Tensor>,
    output: Tensor,
}

/// The leaves that someone gave, and no others.
struct Given(Vec<(Slot, u64, [u8; LEAF])>);

impl Leaves for Given {
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; LEAF]> {
        self.0.iter().find(|given| (given.0, given.1) == (slot, index)).map(|given| &given.2)
    }
}

impl Game {
    /// The last operation that `build` appends, on random tensors.
    pub fn new(
        inputs: Inputs<'_>,
        flavour: Flavour,
        random: &mut Random,
        build: impl Fn(&mut GraphBuilder, &[Value]) -> Result<Value, GraphError>,
    ) -> Self {
        let mut builder = GraphBuilder::new();
        let values: Vec<Value> = inputs.iter().map(|(dtype, dims)| builder.input(*dtype, dims).unwrap()).collect();
        let output = build(&mut builder, &values).unwrap();
        builder.output(output).unwrap();
        let graph = builder.finish().unwrap();
        let [operation] = graph.operations() else { panic!("one operation at a time") };
        let descriptor = Descriptor::decode(&operation.encode()).unwrap();
        let data: Vec<Tensor> = inputs.iter().map(|(dtype, dims)| tensor(random, *dtype, dims, flavour)).collect();
        let output = ReferenceBackend.run(&graph, &data, &Cancel::new()).unwrap().remove(0);
        let input = |operand: &Operand| match *operand {
            Operand::Input(index) => data[usize::from(index)].clone(),
            Operand::Op(_) => panic!("one operation at a time"),
        };
        Self { descriptor, operands: descriptor.operands().iter().map(input).collect(), output }
    }

    pub fn elements(&self) -> u64 {
        self.output.shape().elements()
    }

    /// The element's value, as the chain reads it from its leaf.
    pub fn value(&self, element: u64) -> u32 {
        let leaf = leaf_of(&self.descriptor.output, element).unwrap();
        value_in_leaf(&self.descriptor.output, element, &self.output.leaf(leaf).unwrap()).unwrap()
    }

    pub fn with<T>(&self, play: impl FnOnce(Opened<'_>) -> T) -> T {
        let operands: Vec<&Tensor> = self.operands.iter().collect();
        play(Opened { descriptor: &self.descriptor, operands: &operands, output: &self.output })
    }

    pub fn expects(&self, element: u64, claim: &Claim) -> Expect {
        assert_eq!(Claim::decode(&claim.encode()), Some(*claim));
        expects(&self.descriptor, element, claim).unwrap()
    }

    /// Checks a claim with just the leaves that it needs, at most four.
    pub fn check(&self, element: u64, claim: &Claim) -> bool {
        let needed = self.with(|opened| opened.leaves_needed(element, claim)).unwrap();
        assert!(needed.len() <= 4, "{claim:?} reads {} leaves", needed.len());
        let given = Given(needed.into_iter().map(|leaf| (leaf.slot, leaf.index, leaf.bytes)).collect());
        check(&self.descriptor, element, claim, &given).unwrap()
    }

    /// An honest provider defends the element along picks: all of them where they are few, else the first, the last and some.
    pub fn defend(&self, element: u64, random: &mut Random) -> usize {
        let claim = Claim::Element { value: self.value(element) };
        self.defend_claim(element, &claim, random, 0)
    }

    fn defend_claim(&self, element: u64, claim: &Claim, random: &mut Random, depth: usize) -> usize {
        assert!(depth <= 8, "{claim:?}");
        let Expect::Parts { count, width } = self.expects(element, claim) else {
            assert!(self.check(element, claim), "{:?}, element {element}: {claim:?}", self.descriptor.kind);
            return 1;
        };
        assert!((1..=MAX_PARTS).contains(&count), "{claim:?}");
        let parts = self.with(|opened| opened.true_parts(element, claim)).unwrap();
        assert_eq!(parts.len(), count * width.bytes());
        let told = |parts: &[u8]| parts_hold(&self.descriptor, element, claim, parts).unwrap();
        assert!(told(&parts), "{:?}, element {element}: {claim:?}", self.descriptor.kind);
        assert_eq!(self.with(|opened| opened.first_wrong_part(element, claim, &parts)).unwrap(), None);
        let picks: Vec<usize> = match count {
            0..=8 => (0..count).collect(),
            _ => vec![0, 1, count - 1, random.below(count as u64) as usize],
        };
        let pick = |index: usize| pick(&self.descriptor, element, claim, &parts, index as u16);
        assert!(pick(count).is_err());
        picks.into_iter().map(|index| self.defend_claim(element, &pick(index).unwrap(), random, depth + 1)).sum()
    }
}
