# The public names and the modules that define them: read by type checkers, and by
# lazy_loader when a name is first used.
from .config import MotionConfig as MotionConfig
from .config import RenderConfig as RenderConfig
from .errors import TalkingHeadError as TalkingHeadError
from .media.audio import read_audio as read_audio
from .media.image import read_image as read_image
from .media.image import write_image as write_image
from .media.video_writer import write_video as write_video
from .motion.blendshapes import blendshape_weights as blendshape_weights
from .pipeline import Animator as Animator
from .puppet.store import list_puppets as list_puppets
from .puppet.store import load_puppet as load_puppet
from .requests.animation import CartoonRequest as CartoonRequest
from .requests.animation import PhotoRequest as PhotoRequest
from .requests.dub import DubRequest as DubRequest
from .requests.run import render_video as render_video
from .requests.scene import SceneRequest as SceneRequest
from .speech.feature_extractor import cut_audio_sequence as cut_audio_sequence
from .speech.feature_extractor import get_audio_feature_extractor as get_audio_feature_extractor
from .speech.synthesis import synthesize_speech as synthesize_speech
from .types import Clip as Clip
from .types import FaceTrack as FaceTrack
from .types import LandmarkTrack as LandmarkTrack
from .types import Portrait as Portrait
from .types import Puppet as Puppet
from .types import Subject as Subject
from .types import Waveform as Waveform

__version__: str
