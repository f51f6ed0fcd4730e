package payout

import (
	"errors"
	"testing"
	"time"
)

// The tests of the group "day" are one banking day in one bank: alone, each would fail.
var bank Bank

//xdist:group day
func TestMorning(t *testing.T) {
	if err := bank.Send(Transfer{"acme", 700}); err != nil {
		t.Fatal(err)
	}
}

//xdist:group day
func TestNoon(t *testing.T) {
	if err := bank.Send(Transfer{"initech", 300}); err != nil {
		t.Fatal(err)
	}
}

//xdist:group day
func TestNight(t *testing.T) {
	if total := bank.Close(); total != 1000 {
		t.Errorf("the day's total is %d, want 1000: the day was torn apart", total)
	}
	if err := bank.Send(Transfer{"acme", 1}); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// A measurement means something only while nothing else runs on the machine.
//
//xdist:serial
func TestMonthEndIsFast(t *testing.T) {
	began := time.Now()
	for range 10_000 {
		if _, err := Split("acme", 50*Limit); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}
