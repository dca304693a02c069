"""The phone as the camera: a code on the computer, a small page on the phone, its video, the result on both."""
