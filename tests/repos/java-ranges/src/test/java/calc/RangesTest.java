package calc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RangesTest {
    @Test
    void pages() {
        assertEquals(List.of(List.of(1, 2), List.of(3)), Ranges.pages(List.of(1, 2, 3), 2));
    }

    @Test
    void overlapOfOne() {
        assertEquals(1, Ranges.overlap(0, 5, 5, 9));
    }

    @Test
    void overlapOfMore() {
        assertEquals(3, Ranges.overlap(0, 5, 3, 9));
        assertEquals(0, Ranges.overlap(0, 2, 3, 9));
    }

    @Test
    void clamps() {
        assertEquals(3, Ranges.clamp(5, 1, 3));
        assertEquals(1, Ranges.clamp(0, 1, 3));
    }

    @Test
    void means() {
        assertEquals(2.0, Ranges.mean(List.of(1, 2, 3)));
    }
}
