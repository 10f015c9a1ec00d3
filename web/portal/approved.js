// The phone has approved: goes on at once.

document.getElementById("redeem").requestSubmit();
