package signin_test

import (
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/policy"
	"keyturn/internal/signin"
)

// Each end of a request is of one kind, whatever was asked. A sign-in can be asked again;
// a change leads back to where it was asked, and posts nothing.
func TestEnds(t *testing.T) {
	answered := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	again := door.Post{To: "/sign-in/again", Name: "request"}
	for _, tt := range []struct {
		kind    door.Kind
		request approval.Request
		post    door.Post
	}{
		{"denied", approval.Request{State: approval.Denied}, again},
		{"denied", approval.Request{State: approval.Reported}, again},
		{"expired", approval.Request{State: approval.Expired}, again},
		{"late", approval.Request{State: approval.Expired, Answered: answered}, again},
		{"number", approval.Request{State: approval.Failed, Responses: 4}, again},
		{"response", approval.Request{State: approval.Failed, Responses: 5}, again},
		{"cancelled", approval.Request{State: approval.Cancelled}, door.Post{}},
		{"displaced", approval.Request{State: approval.Replaced}, again},
	} {
		limits := policy.Limits{Responses: 5, RedeemIn: 2 * time.Minute}
		tt.request.Action = keyturn.SignIn
		got := signin.Ended(tt.request, limits)
		if got.Kind != tt.kind || got.Post != tt.post || got.Guide != door.GuideApproval {
			t.Errorf("a sign-in, %s: %+v", tt.kind, got)
		}
		tt.request.Action = keyturn.AddPhone
		got = signin.Ended(tt.request, limits)
		if got.Kind != tt.kind || got.Post != (door.Post{}) || got.Link != "/phones" || got.Guide != door.GuidePhones {
			t.Errorf("a change, %s: %+v", tt.kind, got)
		}
	}
}

// A move that nobody answered leads back to its question, with the phone that was meant.
func TestEndOfASilentMove(t *testing.T) {
	asked := approval.Request{State: approval.Expired, Action: keyturn.MovePhone, Target: "dev_1"}
	if got := signin.Ended(asked, policy.Limits{}); got.Kind != "expired" || got.Link != "/phones/move?device=dev_1" {
		t.Errorf("%+v", got)
	}
}
