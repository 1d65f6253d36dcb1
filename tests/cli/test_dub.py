"""`talkinghead dub` from the command line."""

from talkinghead.media.video_reader import probe_video
from tests.dub.videos import frame_facts


def test_a_video_says_a_recording(cli, video, short_file, tiny_ckpt, tmp_path):
    out = tmp_path / "out.mp4"
    status, printed, err = cli("dub", video, short_file, "-o", out, "--ckpt", tiny_ckpt, "--fast")
    assert (status, printed, err) == (0, f"{out}\n", [])
    assert len(frame_facts(out)["seconds"]) == 13  # as long as the words
    info = probe_video(out)
    assert (info.size, info.fps, info.has_audio) == ((160, 160), 25, True)


def test_mistakes_are_told_in_a_line(cli, video, short_file, tmp_path):
    for words, message in (
        ([video, short_file, "--face", 0, "--face-like", video], "exclude each other"),
        ([video], "AUDIO is missing"),
        ([short_file, short_file], "no video stream"),
        ([video, short_file, "-o", tmp_path / "o.gif"], "cannot hold a dubbed video"),
    ):
        status, printed, err = cli("dub", *words)
        assert (status, printed, len(err)) == (2, "", 1)
        assert message in err[0]
