from adaptive.follow.rest import Rest


def test_a_tempo_rests_until_it_has_moved_far_enough() -> None:
    rest = Rest()

    assert [rest.rested(bpm) for bpm in (160.0, 160.3, 159.7, 160.5, 160.3)] == [160, 160, 160, 160.5, 160.5]

    rest.forget()
    assert rest.rested(160.4) == 160.4
    assert rest.rested(161.4, noise=0.02) == 160.4
