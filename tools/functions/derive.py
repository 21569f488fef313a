#!/usr/bin/env python3
"""Derives the polynomials of tanh and erf, as bits of binary32, and measures those of exp and log.

    pip install mpmath
    python3 tools/functions/derive.py            prints the coefficients
    python3 tools/functions/derive.py --check    compares them with programs/referee/src/functions/constants.rs

A polynomial is a weighted least-squares fit at Chebyshev nodes, in 50 digits; the weight turns its error into an error of
the function relative to the function's value, so that a unit in the last place weighs the same everywhere. Coefficients
are rounded one by one, the lowest power first, and the rest is fitted again to what is left: the last ones to be
rounded matter least. The polynomials of exp and log are older than this script (a minimax fit, and FreeBSD's); what they
leave of the function on its reduced range is computed from their bits.
"""

import pathlib
import re
import struct
import sys

from mpmath import cos, erf, erfc, exp, log, matrix, mp, mpf, pi, qr_solve, sqrt, tanh

mp.dps = 50
NODES = 160
CONSTANTS = pathlib.Path(__file__).resolve().parents[2] / "programs/referee/src/functions/constants.rs"


def to_f32(x):
    """The nearest binary32 (through binary64: a double rounding would only matter next to a tie)."""
    bits = struct.unpack("<I", struct.pack("<f", float(x)))[0]
    return bits, mpf(struct.unpack("<f", struct.pack("<I", bits))[0])


def nodes(low, high):
    return [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * NODES)) for i in range(NODES)]


def fit(target, weight, low, high, degree):
    """Bits of the coefficients, lowest power first, and the greatest weighted error that they leave."""
    xs = nodes(mpf(low), mpf(high))
    wanted = [target(x) for x in xs]
    weights = [weight(x) for x in xs]
    fixed, bits = [], []
    for power in range(degree + 1):
        left = [y - sum(c * x**k for k, c in enumerate(fixed)) for x, y in zip(xs, wanted)]
        basis = matrix([[w * x**k for k in range(power, degree + 1)] for x, w in zip(xs, weights)])
        solution, _ = qr_solve(basis, matrix([w * y for w, y in zip(weights, left)]))
        word, value = to_f32(solution[0])
        fixed.append(value)
        bits.append(word)
    error = max(abs(w * (y - sum(c * x**k for k, c in enumerate(fixed)))) for x, y, w in zip(xs, wanted, weights))
    return bits, error


def derive():
    # tanh x = x + x z P(z), z = x^2, |x| < 13/16
    small = mpf(13) / 16
    yield "TANH_P", fit(
        lambda z: (tanh(z**0.5) / z**0.5 - 1) / z,
        lambda z: z * z**0.5 / tanh(z**0.5),
        mpf(10) ** -12, small**2, 6,
    )
    # erf x = x + x P(z), z = x^2, |x| < 59/64
    small = mpf(59) / 64
    yield "ERF_P", fit(
        lambda z: erf(z**0.5) / z**0.5 - 1,
        lambda z: z**0.5 / erf(z**0.5),
        mpf(10) ** -12, small**2, 6,
    )
    # erf t = 1 - exp(-t - t Q(t)), 59/64 <= t <= 4
    yield "ERF_Q", fit(
        lambda t: -log(erfc(t)) / t - 1,
        lambda t: t * erfc(t) / erf(t),
        small, mpf(4), 6,
    )


def constant(text, name):
    """The value of a constant of the Rust file."""
    word = int(re.search(rf"pub const {name}: u32 = (\w+);", text)[1].replace("_", ""), 16)
    return mpf(struct.unpack("<f", struct.pack("<I", word))[0])


def measure(text):
    """The greatest errors of exp's and log's polynomials, relative to the function's value."""
    p = [constant(text, f"EXP_P{power}") for power in range(7)]
    half = log(2) / 2
    yield "EXP_P", max(abs(sum(c * r**k for k, c in enumerate(p)) / exp(r) - 1) for r in nodes(-half, half))
    r = [constant(text, f"LOG_R{power}") for power in range(1, 5)]

    def reduced(m):
        f = m - 1
        s = f / (2 + f)
        return f - (f**2 / 2 - s * (f**2 / 2 + sum(c * s ** (2 * k + 2) for k, c in enumerate(r))))

    yield "LOG_R", max(abs(reduced(m) / log(m) - 1) for m in nodes(sqrt(mpf(1) / 2), sqrt(mpf(2))))


def main():
    text = CONSTANTS.read_text()
    for name, error in measure(text):
        print(f"// {name}: error {float(error):.2e} of the value")
    wrong = 0
    for name, (bits, error) in derive():
        print(f"// {name}: error {float(error):.2e} of the value")
        for power, word in enumerate(bits):
            line = f"pub const {name}{power}: u32 = 0x{word >> 16:04x}_{word & 0xFFFF:04x};"
            print(line)
            wrong += line not in text
    if "--check" in sys.argv and wrong:
        sys.exit(f"{CONSTANTS} differs in {wrong} lines: copy those above")


if __name__ == "__main__":
    main()
