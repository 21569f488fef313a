//! Instructions that the lanes of a mask execute together, once all of them stand there.

use super::thread::{Status, Thread};
use super::world::World;
use super::{matrix, mma};
use crate::fault::Fault;
use crate::op::{Op, ReduceOp, ShuffleMode, Src, VoteMode, Warp};
use crate::types::{Type, mask};

/// Executes what the lanes of one warp wait for, where all lanes of the mask are there; whether any was. A failure
/// names its lane.
pub fn resolve(world: &mut World<'_>, lanes: &mut [Thread]) -> Result<bool, (Fault, usize)> {
    let image = world.image;
    let mut moved = false;
    for lane in 0..lanes.len() {
        let Status::Warp { mask } = lanes[lane].status else { continue };
        let at = (lanes[lane].frame.function, lanes[lane].frame.pc);
        let members: Vec<usize> = (0..32).filter(|member| mask >> member & 1 == 1).collect();
        let gone = |member: &usize| lanes.get(*member).is_none_or(|thread| thread.status == Status::Exited);
        if members.iter().any(gone) {
            return Err((Fault::Lanes("the mask names a lane that has exited or that the block does not have"), lane));
        }
        let there = |member: &usize| {
            let thread = &lanes[*member];
            thread.status == Status::Warp { mask } && (thread.frame.function, thread.frame.pc) == at
        };
        if !members.iter().all(there) {
            continue;
        }
        let instr = image.functions.get(at.0 as usize).and_then(|function| function.code.get(at.1 as usize));
        let Some(Op::Warp { op, .. }) = instr.map(|instr| &instr.op) else { return Err((Fault::EndOfCode, lane)) };
        execute(world, lanes, &members, op).map_err(|(fault, other)| (fault, other.unwrap_or(lane)))?;
        for member in members {
            lanes[member].status = Status::Ready;
            lanes[member].frame.pc += 1;
        }
        moved = true;
    }
    Ok(moved)
}

/// A fault, and the lane if it is one lane's.
pub type Failure = (Fault, Option<usize>);

fn execute(world: &mut World<'_>, lanes: &mut [Thread], members: &[usize], op: &Warp) -> Result<(), Failure> {
    match op {
        Warp::Barrier => {
            // It orders accesses in the sense of race detection if no living lane is left out.
            let whole = lanes
                .iter()
                .enumerate()
                .all(|(lane, thread)| thread.status == Status::Exited || members.contains(&lane));
            if whole && let Some(first) = lanes.first() {
                let epoch = &mut world.warp_epochs[(first.flat / 32 % 32) as usize];
                *epoch = epoch.checked_add(1).ok_or((Fault::Steps(world.limits.steps), None))?;
            }
        }
        Warp::Shuffle { mode, d, p, a, b, c } => {
            let values = gather(world, lanes, members, *a);
            let mut results = Vec::with_capacity(members.len());
            for &lane in members {
                let (b, c) = (world.value(&lanes[lane], *b) as u32, world.value(&lanes[lane], *c) as u32);
                let (from, valid) = shuffle_source(*mode, lane as u32, b, c);
                let value = members.iter().position(|member| *member == from as usize).map(|index| values[index]);
                let message = "a shuffle reads a lane that its mask leaves out";
                results.push((value.ok_or((Fault::Lanes(message), Some(lane)))?, valid));
            }
            for (&lane, (value, valid)) in members.iter().zip(results) {
                lanes[lane].set(*d, value);
                if let Some(p) = p {
                    lanes[lane].set(*p, u64::from(valid));
                }
            }
        }
        Warp::Vote { mode, d, a, negated } => {
            let votes: Vec<bool> =
                gather(world, lanes, members, *a).into_iter().map(|value| (value & 1 == 1) != *negated).collect();
            let (all, any) = (votes.iter().all(|vote| *vote), votes.iter().any(|vote| *vote));
            let result = match mode {
                VoteMode::All => u64::from(all),
                VoteMode::Any => u64::from(any),
                VoteMode::Uniform => u64::from(all || !any),
                VoteMode::Ballot => members.iter().zip(votes).map(|(lane, vote)| u64::from(vote) << lane).sum(),
            };
            members.iter().for_each(|&lane| lanes[lane].set(*d, result));
        }
        Warp::Match { all, d, p, a, ty } => {
            let values: Vec<u64> = gather(world, lanes, members, *a).into_iter().map(|value| ty.mask(value)).collect();
            let equal = |value: u64| -> u64 {
                members.iter().zip(&values).filter(|(_, other)| **other == value).map(|(lane, _)| 1 << lane).sum()
            };
            let whole: u64 = members.iter().map(|lane| 1 << lane).sum();
            for (&lane, &value) in members.iter().zip(&values) {
                let same = equal(value);
                lanes[lane].set(*d, if *all && same != whole { 0 } else { same });
                if let Some(p) = p {
                    lanes[lane].set(*p, u64::from(same == whole));
                }
            }
        }
        Warp::Reduce { op, ty, d, a } => {
            let values = gather(world, lanes, members, *a);
            let result = values.into_iter().reduce(|x, y| reduce(*op, *ty, x, y)).unwrap_or(0);
            members.iter().for_each(|&lane| lanes[lane].set(*d, mask(32, result)));
        }
        Warp::Mma { shape, a_signed, b_signed, saturate, d, a, b, c } => {
            let fragments =
                mma::Fragments { shape: *shape, a_signed: *a_signed, b_signed: *b_signed, saturate: *saturate };
            let read = |sources: &[Src], count: usize| -> Vec<Vec<u32>> {
                let each = |thread: &Thread| sources[..count].iter().map(|s| world.value(thread, *s) as u32).collect();
                lanes.iter().map(each).collect()
            };
            let (in_a, in_b, in_c) = fragments.registers();
            let result = fragments.multiply(&read(a, in_a), &read(b, in_b), &read(c, in_c));
            for (thread, values) in lanes.iter_mut().zip(result) {
                for (reg, value) in d.iter().zip(values) {
                    thread.set(*reg, u64::from(value));
                }
            }
        }
        Warp::LoadMatrix { transposed, d, at } => matrix::load(world, lanes, (*transposed, d), at)?,
    }
    Ok(())
}

fn gather(world: &World<'_>, lanes: &[Thread], members: &[usize], source: Src) -> Vec<u64> {
    members.iter().map(|&lane| world.value(&lanes[lane], source)).collect()
}

/// The lane that a shuffle reads, and whether it is within the segment (else the lane reads itself).
fn shuffle_source(mode: ShuffleMode, lane: u32, b: u32, c: u32) -> (u32, bool) {
    let (b, clamp, segment) = (b & 31, c & 31, c >> 8 & 31);
    let least = lane & segment;
    let greatest = least | (clamp & !segment);
    let (from, valid) = match mode {
        // The clamp is the least lane here, and may lie outside the segment's own.
        ShuffleMode::Up => (lane.wrapping_sub(b), lane as i32 - b as i32 >= greatest as i32),
        ShuffleMode::Down => (lane + b, lane + b <= greatest),
        ShuffleMode::Butterfly => (lane ^ b, (lane ^ b) <= greatest),
        ShuffleMode::Index => {
            let from = least | (b & !segment);
            (from, from <= greatest)
        }
    };
    if valid { (from, true) } else { (lane, false) }
}

fn reduce(op: ReduceOp, ty: Type, x: u64, y: u64) -> u64 {
    match op {
        ReduceOp::Add => x.wrapping_add(y),
        ReduceOp::Min => ty.number(x).min(ty.number(y)) as u64,
        ReduceOp::Max => ty.number(x).max(ty.number(y)) as u64,
        ReduceOp::And => x & y,
        ReduceOp::Or => x | y,
        ReduceOp::Xor => x ^ y,
    }
}
