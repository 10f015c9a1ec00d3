/* Counting tries (spec/protocol.md §11, §17): parallel guesses at the one PIN of a
   phone over two devices of it, and a right proof that was recorded before.

   The limit is 2 here instead of 5, to keep the number of states small.

   Each macro is a defence; 0 takes it away.
     TAKE    a try is taken by one conditional statement before the value is looked at (A08)
     SHARED  the devices of a phone share one count (A53)
     JUDGED  a proof is judged once: again it resets nothing (A81) */
#ifndef TAKE
#define TAKE 1
#endif
#ifndef SHARED
#define SHARED 1
#endif
#ifndef JUDGED
#define JUDGED 1
#endif
#define LIMIT 2

byte count[2];
byte judged;                    /* wrong guesses that were compared */

proctype Guess(byte device) { byte c, k = (SHARED -> 0 : device);
  if
  :: TAKE -> if :: d_step { count[k] < LIMIT -> count[k]++ }; judged++ :: count[k] >= LIMIT -> skip fi
  :: !TAKE -> c = count[k]; if :: c < LIMIT -> judged++; count[k] = c + 1 :: else -> skip fi
  fi }

proctype Replay() {
  if :: JUDGED -> skip :: !JUDGED -> d_step { count[0] < LIMIT -> count[0] = 0 } :: skip fi }

init { atomic { run Guess(0); run Guess(1); run Guess(0); run Guess(1); run Guess(0); run Replay() } }

ltl limited     { [] (judged <= LIMIT) }
ltl never_done  { [] (judged == 0) }    /* must be violated: a try is possible */
