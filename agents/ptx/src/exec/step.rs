//! One thread's instructions, until it must wait.

use super::access::Order;
use super::thread::{Copy, Status, Thread};
use super::world::World;
use crate::eval::Compute;
use crate::fault::Fault;
use crate::op::{Address, Argument, AtomicOp, CarryOp, Instr, Op, Place, Src, Wide};
use crate::types::{Type, mask};

/// Runs a thread until it waits, exits, or has taken `turn` instructions.
pub fn run(world: &mut World<'_>, thread: &mut Thread, turn: u32) -> Result<(), Fault> {
    let image = world.image;
    for _ in 0..turn {
        let Some(function) = image.functions.get(thread.frame.function as usize) else { return Err(Fault::EndOfCode) };
        let Some(instr) = function.code.get(thread.frame.pc as usize) else { return Err(Fault::EndOfCode) };
        world.spend(1)?;
        if let Some((predicate, negated)) = instr.guard
            && (thread.register(predicate) & 1 == 1) == negated
        {
            thread.frame.pc += 1;
            continue;
        }
        execute(world, thread, instr)?;
        if thread.status != Status::Ready {
            break;
        }
    }
    Ok(())
}

fn execute(world: &mut World<'_>, thread: &mut Thread, instr: &Instr) -> Result<(), Fault> {
    match &instr.op {
        Op::Compute { f, d, s } => {
            let [a, b, c, e] = s;
            let (a, b, c) = (world.value(thread, *a), world.value(thread, *b), world.value(thread, *c));
            let result = match f {
                // Most of what kernels do, without the long way.
                Compute::Float(op) => u64::from(op.eval(a as u32, b as u32, c as u32)),
                Compute::Move => a,
                f => f.eval([a, b, c, world.value(thread, *e)])?,
            };
            thread.set(*d, result);
        }
        Op::SetPredicate { test, join, p, q, a, b } => {
            let holds = test.eval(world.value(thread, *a), world.value(thread, *b));
            let joined = |holds: bool| match join {
                Some((join, c, negated)) => join.eval(holds, (world.value(thread, *c) & 1 == 1) != *negated),
                None => holds,
            };
            let (yes, no) = (joined(holds), joined(!holds));
            for (place, value) in [(p, yes), (q, no)] {
                if let Some(reg) = place {
                    thread.set(*reg, u64::from(value));
                }
            }
        }
        Op::Carry { op, ty, reads, writes, d, s } => {
            let [a, b, c] = s.map(|source| world.value(thread, source));
            let (result, carry) = with_carry(*op, *ty, [a, b, c], *reads && thread.carry);
            thread.set(*d, result);
            if *writes {
                thread.carry = carry;
            }
        }
        Op::Pack { d, parts, bits } => {
            let packed =
                parts.iter().rev().fold(0, |all, part| (all << bits) | mask(*bits, world.value(thread, *part)));
            thread.set(*d, packed);
        }
        Op::Unpack { parts, s, bits } => {
            let whole = world.value(thread, *s);
            for (index, part) in (0u32..).zip(parts) {
                if let Some(reg) = part {
                    thread.set(*reg, mask(*bits, whole >> (bits * index)));
                }
            }
        }
        Op::Load { ty, d, at } => load(world, thread, *ty, d, at)?,
        Op::Store { ty, s, at } => store(world, thread, *ty, s, at)?,
        Op::Atomic { op, ty, d, at, b, c } => {
            let old = atomic(world, thread, (*op, *ty), at, [*b, *c])?;
            if let Some(reg) = d {
                thread.set(*reg, old);
            }
        }
        Op::CopyAsync { to, from, bytes, given } => {
            let given = given.map_or(*bytes, |source| (world.value(thread, source) as u32).min(*bytes));
            let (to, from) = ((*to, world.address(thread, to)), (*from, world.address(thread, from)));
            if !from.1.is_multiple_of(u64::from(*bytes)) {
                return Err(Fault::Misaligned { address: from.1, bytes: *bytes });
            }
            world.announce(thread, (&to.0, to.1), *bytes)?;
            thread.push_copy(Copy { to, from, bytes: *bytes, given })?;
        }
        Op::CopyCommit => thread.commit()?,
        Op::CopyWait(open) => {
            for copy in thread.take_copies(*open) {
                let mut data = [0; 16];
                // Piecewise: what is given need not be a power of two.
                for at in 0..copy.given {
                    let source = (&copy.from.0, copy.from.1.wrapping_add(u64::from(at)));
                    data[at as usize] = world.read(thread, source, 1, Order::Plain)?[0];
                }
                world.complete(thread, (&copy.to.0, copy.to.1), &data[..copy.bytes as usize])?;
            }
        }
        Op::Branch(target) => {
            thread.frame.pc = *target;
            return Ok(());
        }
        Op::Call { function, arguments, .. } => return call(world, thread, *function, arguments),
        Op::Return => return leave(world, thread),
        Op::Exit => {
            thread.status = Status::Exited;
            return Ok(());
        }
        Op::Trap => return Err(Fault::Trap),
        Op::Barrier { id, count, arrive, aligned } => {
            return barrier(world, thread, [Some(*id), *count], *arrive, *aligned);
        }
        Op::Warp { mask, .. } => {
            let mask = world.value(thread, *mask) as u32;
            if mask >> thread.lane() & 1 == 0 {
                return Err(Fault::Lanes("a lane executes a warp instruction whose mask leaves it out"));
            }
            thread.status = Status::Warp { mask };
            return Ok(());
        }
        Op::Fence => {}
    }
    thread.frame.pc += 1;
    Ok(())
}

/// The result and the carry (for subtraction the borrow).
fn with_carry(op: CarryOp, ty: Type, [a, b, c]: [u64; 3], carry: bool) -> (u64, bool) {
    let bits = ty.bits();
    let product = u128::from(a) * u128::from(b);
    // Signed high halves differ from unsigned ones.
    let high = if ty.is_signed() { ((ty.number(a) * ty.number(b)) >> bits) as u64 } else { (product >> bits) as u64 };
    let (x, y) = match op {
        CarryOp::Add | CarryOp::Sub => (a, b),
        CarryOp::MadLo => (mask(bits, product as u64), c),
        CarryOp::MadHi => (mask(bits, high), c),
    };
    let (x, y, carry) = (u128::from(x), u128::from(y), u128::from(carry));
    if op == CarryOp::Sub {
        return (mask(bits, x.wrapping_sub(y).wrapping_sub(carry) as u64), x < y + carry);
    }
    let sum = x + y + carry;
    (mask(bits, sum as u64), sum >> bits != 0)
}

fn order(at: &Address) -> Order {
    if at.strong { Order::Strong } else { Order::Plain }
}

fn load(world: &mut World<'_>, thread: &mut Thread, ty: Type, d: &[Option<Wide>], at: &Address) -> Result<(), Fault> {
    let width = ty.bytes() as usize;
    let address = world.address(thread, at);
    let data = world.read(thread, (at, address), (width * d.len()) as u32, order(at))?;
    for (bytes, place) in data.chunks_exact(width).zip(d) {
        if let Some(wide) = place {
            let mut whole = [0; 8];
            whole[..width].copy_from_slice(bytes);
            thread.set(wide.reg, mask(wide.bits, ty.number(u64::from_le_bytes(whole)) as u64));
        }
    }
    Ok(())
}

fn store(world: &mut World<'_>, thread: &mut Thread, ty: Type, s: &[Src], at: &Address) -> Result<(), Fault> {
    let width = ty.bytes() as usize;
    let address = world.address(thread, at);
    let mut data = [0; 16];
    for (bytes, source) in data.chunks_exact_mut(width).zip(s) {
        bytes.copy_from_slice(&world.value(thread, *source).to_le_bytes()[..width]);
    }
    world.write(thread, (at, address), &data[..width * s.len()], order(at))
}

fn atomic(
    world: &mut World<'_>,
    thread: &mut Thread,
    (op, ty): (AtomicOp, Type),
    at: &Address,
    sources: [Src; 2],
) -> Result<u64, Fault> {
    let width = ty.bytes() as usize;
    let address = world.address(thread, at);
    let [b, c] = sources.map(|source| world.value(thread, source));
    let data = world.read(thread, (at, address), width as u32, Order::Strong)?;
    let mut whole = [0; 8];
    whole[..width].copy_from_slice(&data[..width]);
    let old = u64::from_le_bytes(whole);
    let new = match op {
        AtomicOp::Add => old.wrapping_add(b),
        AtomicOp::Min => ty.number(old).min(ty.number(b)) as u64,
        AtomicOp::Max => ty.number(old).max(ty.number(b)) as u64,
        AtomicOp::And => old & b,
        AtomicOp::Or => old | b,
        AtomicOp::Xor => old ^ b,
        AtomicOp::Exchange => b,
        AtomicOp::CompareExchange => {
            if old == b {
                c
            } else {
                old
            }
        }
        AtomicOp::Inc => {
            if old >= b {
                0
            } else {
                old + 1
            }
        }
        AtomicOp::Dec => {
            if old == 0 || old > b {
                b
            } else {
                old - 1
            }
        }
    };
    world.write(thread, (at, address), &new.to_le_bytes()[..width], Order::Strong)?;
    Ok(old)
}

fn call(world: &World<'_>, thread: &mut Thread, index: u32, arguments: &[Argument]) -> Result<(), Fault> {
    let Some(function) = world.image.functions.get(index as usize) else { return Err(Fault::EndOfCode) };
    let values: Vec<Vec<u8>> = arguments
        .iter()
        .map(|argument| match *argument {
            Argument::Param { offset, size } => thread.get_place(&thread.frame, Place::Param { offset, size }),
            Argument::Value(source) => world.value(thread, source).to_le_bytes().to_vec(),
        })
        .collect();
    thread.enter(index, function, world.limits.call_depth, world.budget)?;
    let frame = thread.frame;
    for (place, value) in function.params.iter().zip(&values) {
        thread.set_place(&frame, *place, value);
    }
    Ok(())
}

/// Back to the caller's next instruction, with what the function returns; a kernel's return is its end.
fn leave(world: &World<'_>, thread: &mut Thread) -> Result<(), Fault> {
    let Some(caller) = thread.caller() else {
        thread.status = Status::Exited;
        return Ok(());
    };
    let functions = &world.image.functions;
    let callee = functions.get(thread.frame.function as usize).ok_or(Fault::EndOfCode)?;
    let values: Vec<Vec<u8>> = callee.returns.iter().map(|place| thread.get_place(&thread.frame, *place)).collect();
    let call = functions.get(caller.function as usize).and_then(|function| function.code.get(caller.pc as usize));
    thread.leave();
    if let Some(Instr { op: Op::Call { returns, .. }, .. }) = call {
        for (place, value) in returns.iter().zip(&values) {
            thread.set_place(&caller, *place, value);
        }
    }
    thread.frame.pc += 1;
    Ok(())
}

fn barrier(
    world: &World<'_>,
    thread: &mut Thread,
    [id, count]: [Option<Src>; 2],
    arrive: bool,
    aligned: bool,
) -> Result<(), Fault> {
    let id = id.map_or(0, |source| world.value(thread, source));
    let count = count.map(|source| world.value(thread, source));
    let threads = u64::from(world.launch.block.iter().product::<u32>()).next_multiple_of(32);
    if id > 15 || count.is_some_and(|count| count == 0 || !count.is_multiple_of(32) || count > threads) {
        return Err(Fault::Barrier { id, count });
    }
    thread.status = match (arrive, count) {
        (true, Some(count)) => Status::Arrive { id, count },
        _ => Status::Barrier { id, count, aligned },
    };
    Ok(())
}
