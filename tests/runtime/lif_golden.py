#!/usr/bin/env python3
"""Raw spike and state sequences of one LIF neuron over 1,000 steps, for tests/runtime/lif_test.cpp.

Written from the description of sPyNNaker's arithmetic in unbounded integers, independently of the C++ code. Prints for each case
a 64-bit FNV-1a hash over (v, exc, inh, spiked) after every step, the number of spikes and the last v.
"""
from decimal import Decimal, getcontext

getcontext().prec = 50


def i32(x):
    return (x + 2**31) % 2**32 - 2**31


def k(text):  # decimal text to s16.15, half to even
    return int((Decimal(text) * 32768).to_integral_value(rounding="ROUND_HALF_EVEN"))


def mul(a, b):
    return i32((a * b) >> 15)


def div(a, b):
    return (a << 15) // b


E = [int((Decimal(z).exp() * 2**32).to_integral_value()) for z in range(-13, 13)]
M = [int(((1 - (Decimal(-i) / 16).exp()) * 2**32).to_integral_value()) for i in range(16)]


def scale64(x, y):
    hi, low = x >> 32, (x % 2**32) * y
    return hi * y + (low >> 32) + (1 if low % 2**32 >= 0x7FFFFFFF else 0)


def kernel(n):
    z, f = n >> 15, n % 32768
    if f == 0:
        return E[z + 13]
    f = 32768 - f
    t = E[z + 1 + 13]
    t -= scale64(t, M[f >> 11])
    y = (f % 2048) << 17
    s = 5294 + (((4293434720 - ((2081624032 * y) >> 32)) * y) >> 32)
    return t - scale64(t, s)


def run(cond, dt, p, steps=1000):
    dt = k(dt)
    p = {name: k(text) for name, text in p.items()}
    r = div(p["tau_m"], p["cm"])
    tc = kernel(-div(dt, p["tau_m"])) >> 17
    refractory = -((-div(p["tau_refrac"], dt)) >> 15)
    decay, init = [], []
    for tau in (p["tau_syn_E"], p["tau_syn_I"]):
        decay.append(kernel(-div(dt, tau)) % 2**32)
        init.append(((div(tau, dt) * (2**32 - 1 - decay[-1])) >> 15) % 2**32)
    v, syn, timer, spikes = k("-65"), [0, 0], 0, 0
    lcg, h = 12345, 0xCBF29CE484222325
    for _ in range(steps):
        for receptor in (0, 1):
            lcg = (lcg * 1664525 + 1013904223) % 2**32
            ring = (lcg >> 16) if (lcg >> 8) % 4 == 0 else 0
            ring >>= 4 * receptor
            syn[receptor] = i32(syn[receptor] + (((ring << (4 if cond else 1)) * init[receptor]) >> 32))
        if cond:
            current = i32(mul(syn[0] >> 10, i32(p["e_rev_E"] - v)) + mul(syn[1] >> 10, i32(p["e_rev_I"] - v)))
        else:
            current = i32(syn[0] - syn[1])
        current = i32(current + p["i_offset"])
        if timer <= 0:
            alpha = i32(mul(current, r) + p["v_rest"])
            v = i32(alpha - mul(tc, i32(alpha - v)))
        else:
            timer -= 1
        spiked = int(v >= p["v_thresh"])
        if spiked:
            v, timer = p["v_reset"], refractory
            spikes += 1
        for receptor in (0, 1):
            syn[receptor] = (syn[receptor] * decay[receptor]) >> 32
        for word in (v, syn[0], syn[1], spiked):
            for byte in (word % 2**32).to_bytes(4, "little"):
                h = ((h ^ byte) * 0x100000001B3) % 2**64
    return h, spikes, v


BASE = dict(v_rest="-65", v_reset="-67.5", v_thresh="-50", tau_m="20", cm="1", tau_refrac="2", i_offset="0.3",
            tau_syn_E="5", tau_syn_I="10", e_rev_E="0", e_rev_I="-70")
for conductance, step, change in ((False, "1", {}), (False, "0.1", dict(tau_m="10", cm="0.25", tau_syn_E="0.5", tau_syn_I="1")),
                                  (True, "1", {}), (True, "0.1", dict(cm="0.2", i_offset="-0.1", e_rev_I="-80"))):
    hashed, count, last = run(conductance, step, BASE | change)
    print("cond" if conductance else "curr", step, f"0x{hashed:016x}", count, last)
