/* The check code (spec/protocol.md §6.4): someone between phone and server, who may
   send each message at any time.

     the phone's code   f(np, ns2)   np from the phone, ns2 chosen in between
     the server's code  f(na, ns)    na chosen in between, ns from the server
   Both can be forced to be equal only if the last choice is made knowing all the rest.
   A phone that has no answer yet may repeat the redeem; the repeat carries the same
   commitment and adds nothing.

   Each macro is a defence; 0 takes it away (A38, A87).
     COMMIT  the phone opens its nonce only after it has the server's; redeem carries a commitment
     LATE    the server gives its nonce only after it has the commitment
     ONE     the phone accepts one answer to its redeem, ever */
#ifndef COMMIT
#define COMMIT 1
#endif
#ifndef LATE
#define LATE 1
#endif
#ifndef ONE
#define ONE 1
#endif

bool phone_begun, phone_opened, server_begun;
bool ns2, na;                   /* chosen */
bool forced;
bool both;

#define KNOWS_NP (phone_opened || (phone_begun && !COMMIT))
#define KNOWS_NS (server_begun || !LATE)

active proctype Between() {
  do
  :: d_step { !phone_begun -> phone_begun = true }
  :: d_step { phone_begun && !ns2 ->                    /* answers the phone's redeem */
       if :: na && KNOWS_NP && KNOWS_NS -> forced = true :: else fi;
       ns2 = true }
  :: d_step { ns2 && !phone_opened -> phone_opened = true }
  :: d_step { !ONE && phone_opened ->                   /* answers a repeated redeem: ns2 is chosen anew */
       if :: na && KNOWS_NP && KNOWS_NS -> forced = true :: else fi }
  :: d_step { !na ->                                    /* redeems at the server: the commitment fixes the nonce */
       if :: ns2 && KNOWS_NP && KNOWS_NS -> forced = true :: else fi;
       na = true; server_begun = true }
  :: phone_opened && server_begun -> both = true; break
  od }

ltl not_forced  { [] !forced }
ltl never_done  { [] !both }    /* must be violated: both runs can end */
