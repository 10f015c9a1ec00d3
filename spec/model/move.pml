/* Moving to another phone, with the old one in hand (spec/protocol.md §12.2), for an
   account that may have one phone.

   The person approves the move on the old phone; its session makes a code, in a second
   tab perhaps another from the same approval. Meanwhile a sign-in waits, which the old
   phone approves as long as it is accepted. The server may die between two transactions.

   Each macro is a defence; 0 takes it away.
     WHOLE   the new phone becomes active and the old one is removed in one transaction
     ONCE    an approval is used up by the change it allows (A25)
     AGAIN   the approving phone is looked at again when the sign-in is redeemed (A22) */
#ifndef WHOLE
#define WHOLE 1
#endif
#ifndef ONCE
#define ONCE 1
#endif
#ifndef AGAIN
#define AGAIN 1
#endif

mtype = { new, active_, removed };
mtype = { none, waiting, approved, redeemed, refused };

mtype old = active_;
mtype phone[2] = new;           /* of the two codes that one approval could give */
byte moves;                     /* that were done with it */
mtype sign_in = none;           /* approved by the old phone, if at all */
bool before, after;             /* signed in by the old phone before and after it was removed */

inline remove() { old = removed; phone[1 - i] = (phone[1 - i] == active_ -> removed : phone[1 - i]) }

/* The arrow checking -> active of a code. */
inline activate(i) {
  if
  :: WHOLE -> d_step { if :: !ONCE || moves == 0 -> moves++; phone[i] = active_; remove() :: else fi }
  :: d_step { !WHOLE && (!ONCE || moves == 0) -> moves++; phone[i] = active_ }; if :: d_step { remove() } :: skip fi     /* dies */
  :: !WHOLE && ONCE && moves > 0 -> skip
  fi
}

active [2] proctype Tab() { byte i = _pid;
  if :: activate(i) :: skip fi }

active proctype SignIn() {
  sign_in = waiting;
  d_step { if :: old == active_ -> sign_in = approved :: else -> sign_in = refused fi };
  d_step {
    if
    :: sign_in == approved && !(AGAIN && old != active_) -> sign_in = redeemed;
       if :: old == active_ -> before = true :: else -> after = true fi
    :: else
    fi } }

#define ACTIVE ((old == active_) + (phone[0] == active_) + (phone[1] == active_))

ltl safe         { [] (ACTIVE == 1 && !after && moves <= 1) }
ltl one          { [] (ACTIVE == 1) }   /* at each moment, one phone is accepted */
ltl not_after    { [] !after }          /* the old phone signs nobody in once it was removed */
ltl used         { [] (moves <= 1) }    /* an approval moves once */
ltl never_done   { [] !(moves == 1) }   /* must be violated: moving is possible */
ltl never_before { [] !(before && moves == 1) }     /* must be violated: until then the old phone is accepted */
