// Bits of the constants of `tessera_referee::functions`; a test compares them.
#pragma once

#define LOG_LN2_HIGH 0x3f317180u
#define LOG_LN2_LOW 0x3717f7d1u
#define LOG_R1 0x3f2aaaaau
#define LOG_R2 0x3eccce13u
#define LOG_R3 0x3e91e9eeu
#define LOG_R4 0x3e789e26u
#define LOG_SUBNORMAL_SCALE 0x4c000000u
#define LOG_SQRT_HALF 0x3f3504f3u
#define EXP_GREATEST 0x42b17217u
#define EXP_LEAST 0xc2cff5c3u
#define EXP_ROUND 0x4b400000u
#define EXP_LOG2_E 0x3fb8aa3bu
#define EXP_LN2_HIGH 0x3f317200u
#define EXP_LN2_LOW 0x35bfbe8eu
#define EXP_C6 0x3ab4a000u
#define EXP_C5 0x3c092f6eu
#define EXP_C4 0x3d2aadadu
#define EXP_C3 0x3e2aaa28u
#define EXP_C2 0x3efffffbu
