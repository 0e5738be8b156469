package calc

import (
	"reflect"
	"testing"
)

func TestPages(t *testing.T) {
	want := [][]int{{1, 2}, {3}}
	if got := Pages([]int{1, 2, 3}, 2); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOverlap(t *testing.T) {
	for name, one := range map[string]struct{ a, b, c, d, want int }{
		"one":  {0, 5, 5, 9, 1},
		"more": {0, 5, 3, 9, 3},
		"none": {0, 2, 3, 9, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Overlap(one.a, one.b, one.c, one.d); got != one.want {
				t.Errorf("got %d, want %d", got, one.want)
			}
		})
	}
}

func TestClamp(t *testing.T) {
	if Clamp(5, 1, 3) != 3 || Clamp(0, 1, 3) != 1 || Clamp(2, 1, 3) != 2 {
		t.Fatal("clamp")
	}
}

func TestMean(t *testing.T) {
	if Mean([]int{1, 2, 3}) != 2 || Mean(nil) != 0 {
		t.Fatal("mean")
	}
}
