package config_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/config"
	"keyturn/internal/policy"
)

// Nothing set: the limits are those of the protocol.
func TestDefaultLimits(t *testing.T) {
	if diff := cmp.Diff(policy.Defaults(), config.Default().Policy()); diff != "" {
		t.Errorf("settings of a fresh installation (-protocol +settings):\n%s", diff)
	}
}

// ofTheProcess are limits of what a server takes of its machine, not of the protocol.
var ofTheProcess = map[string]bool{"Hashes": true, "Connections": true, "ConnectionsEach": true}

// Whatever the operator sets arrives somewhere.
func TestEveryLimitArrives(t *testing.T) {
	c := config.Default()
	v := reflect.ValueOf(&c.Limits).Elem()
	for i := range v.NumField() {
		n := 1000 + i
		switch f := v.Field(i).Addr().Interface().(type) {
		case *config.Rate:
			*f = config.Rate{Most: n, In: time.Duration(n)}
		case *config.Duration:
			f.Duration = time.Duration(n)
		case *int:
			*f = n
		}
	}
	got := fmt.Sprintf("%d", c.Policy())
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !ofTheProcess[name] && !strings.Contains(got, fmt.Sprint(1000+i)) {
			t.Errorf("limits.%s arrives nowhere: %s", name, got)
		}
	}
}

// The times and counts that no setting changes, spec §17: those of one exchange of
// messages, and those that keep other limits true.
var constants = []string{"FinishIn", "CheckIn", "RequestMost", "EndedShown", "QRLeast", "OfflineLife", "Judged", "ProofKept",
	"AnswersKept", "CounterJump", "LateAnswers", "VisitLife"}

// Every limit is a setting, or one of the constants that the protocol names.
func TestEveryLimitIsASetting(t *testing.T) {
	c := config.Default()
	other(reflect.ValueOf(&c).Elem())
	is, set := reflect.ValueOf(policy.Defaults()), reflect.ValueOf(c.Policy())
	var got []string
	for i := range is.NumField() {
		if is.Field(i).Interface() == set.Field(i).Interface() {
			got = append(got, is.Type().Field(i).Name)
		}
	}
	if diff := cmp.Diff(constants, got); diff != "" {
		t.Errorf("limits that no setting changes (-constants +found):\n%s", diff)
	}
}

// other changes every number and length of time of the settings.
func other(v reflect.Value) {
	switch s := v.Addr().Interface().(type) {
	case *config.Rate:
		*s = config.Rate{Most: s.Most + 1, In: s.In + 1}
	case *config.Duration:
		s.Duration++
	case *int:
		*s++
	default:
		for i := 0; v.Kind() == reflect.Struct && i < v.NumField(); i++ {
			other(v.Field(i))
		}
	}
}
