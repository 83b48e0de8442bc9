from adaptive.follow.settings import FollowSettings


def test_the_range_of_tempi_is_one_of_cadences() -> None:
    settings = FollowSettings((74.0, 87.0), 80.0, beats_per_step=0.5)

    assert settings.likely_spm == (148.0, 174.0)
    assert settings.change_per_s == 0.02
